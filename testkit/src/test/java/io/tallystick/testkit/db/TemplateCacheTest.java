package io.tallystick.testkit.db;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.TemplateCache.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateCacheTest {
    @TempDir
    private Path cache;

    @Test
    void stands_where_the_user_keeps_caches() {
        assertThat(TemplateCache.ofUser(Map.of(), "/home/kim").root())
                .isEqualTo(Path.of("/home/kim/.cache/tallystick"));
        assertThat(TemplateCache.ofUser(Map.of("XDG_CACHE_HOME", "/big/cache"), "/home/kim")
                        .root())
                .isEqualTo(Path.of("/big/cache/tallystick"));
    }

    @Test
    void two_jvms_that_start_at_once_build_one_template_and_a_half_built_one_is_replaced() throws IOException {
        Recipe recipe = Recipe.of(Engine.POSTGRESQL);
        TemplateCache unpacked = TemplateCache.ofUser(Map.of("XDG_CACHE_HOME", cache.toString()), "");
        Path entry = entryName(recipe, unpacked);
        // what a JVM killed in the middle of building leaves behind
        Path half = Files.createDirectories(entry.resolveSibling(entry.getFileName() + ".building"));
        Files.writeString(Files.createDirectories(half.resolve("data")).resolve("PG_VERSION"), "half");

        try (ChildJvm one = starter();
                ChildJvm two = starter()) {
            assertThat(one.await(Duration.ofSeconds(150)).output()).contains("answered");
            assertThat(two.await(Duration.ofSeconds(150)).output()).contains("answered");
        }
        try (Stream<Path> entries = Files.list(unpacked.root())) {
            assertThat(entries.filter(Files::isDirectory)).containsExactly(entry);
        }
    }

    private static Path entryName(Recipe recipe, TemplateCache target) {
        Template existing = TemplateCache.ofUser(System.getenv(), System.getProperty("user.home"))
                .get(recipe);
        return target.root().resolve(existing.home().getParent().getFileName());
    }

    private ChildJvm starter() {
        return CrashRunner.of(StartOnce.class)
                .environment("XDG_CACHE_HOME", cache.toString())
                .start();
    }

    /** The child: one start with an empty cache. */
    static final class StartOnce {
        public static void main(String[] arguments) {
            try (TestDatabase db = TestDatabases.postgres().start()) {
                db.execute("SELECT 1");
                System.out.println("answered from " + List.of(db.home()));
            }
        }
    }
}
