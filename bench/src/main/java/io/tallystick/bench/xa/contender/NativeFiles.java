package io.tallystick.bench.xa.contender;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.activemq.artemis.nativo.jlibaio.LibaioContext;
import org.jspecify.annotations.Nullable;

/** The journal's native library: it lies in a jar, from where Java does not load it. */
public final class NativeFiles {
    private static final String LIBRARY = "lib/linux-x86_64/libartemis-native-64.so";

    private NativeFiles() {}

    /** Copies the library to where {@code -Djava.library.path} may point. */
    public static Path unpack(Path directory) throws IOException {
        try (@Nullable InputStream in = LibaioContext.class.getClassLoader().getResourceAsStream(LIBRARY)) {
            if (in != null) {
                Files.copy(in, directory.resolve("libartemis-native-64.so"));
            }
        }
        return directory;
    }

    /** Whether it is loaded; it needs libaio. */
    static boolean available() {
        return LibaioContext.isLoaded();
    }
}
