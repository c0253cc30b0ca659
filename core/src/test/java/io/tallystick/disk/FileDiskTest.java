package io.tallystick.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory keeps what was put into it, for one owner at a time and for nobody else's eyes. */
class FileDiskTest {

    @TempDir
    private Path folder;

    @Test
    void a_file_is_replaced_whole_and_no_draft_is_left() throws IOException {
        FileDisk disk = FileDisk.in(folder.resolve("its/own"));
        disk.replace("note", bytes("the first, which is longer"));
        disk.replace("note", bytes("the second"));
        assertThat(text(disk.content("note"))).isEqualTo("the second");
        assertThat(disk.list()).containsExactly("note");
        disk.rename("note", "renamed");
        disk.delete("note");
        assertThat(disk.list()).containsExactly("renamed");
        assertThatThrownBy(() -> disk.read("note")).isInstanceOf(IOException.class);
    }

    @Test
    void bytes_are_read_where_they_were_written_and_no_further_than_they_go() throws IOException {
        FileDisk disk = FileDisk.in(folder);
        try (Disk.Handle file = disk.open("log")) {
            file.write(3, ByteBuffer.wrap(bytes("abcdef")));
            file.truncate(7);
            file.force(false);
            assertThat(file.size()).isEqualTo(7);
        }
        try (Disk.Handle file = disk.read("log")) {
            ByteBuffer into = ByteBuffer.allocate(10);
            assertThat(file.read(5, into)).isEqualTo(2);
            assertThat(text(into.flip())).isEqualTo("cd");
            assertThat(file.read(7, into.clear())).isZero();
        }
    }

    @Test
    void nobody_but_the_owner_can_read_it() throws IOException {
        FileDisk disk = FileDisk.in(folder.resolve("private"));
        disk.replace("note", bytes("secret"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(disk.directory())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(disk.directory().resolve("note"))))
                .isEqualTo("rw-------");
    }

    @Test
    void a_directory_belongs_to_one_at_a_time_and_says_to_whom() throws IOException {
        Path directory = folder.resolve("taken");
        try (DirectoryLock lock = DirectoryLock.take(directory, "spool")) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() ->
                            DirectoryLock.take(folder.resolve("../" + folder.getFileName() + "/taken"), "journal"))
                    .as("by whatever name it is called, and whatever it is for")
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("journal directory")
                    .hasMessageContaining(
                            "in use by pid " + ProcessHandle.current().pid());
        }
        DirectoryLock.take(directory, "spool").close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
