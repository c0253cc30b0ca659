package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests that the documents name are there: what has no test is no promise. */
class GuaranteesTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|Contract))(?:#(\\w+))?`");
    private static final Path DOCS = HouseTest.ROOT.resolve("docs");

    @Test
    void every_promise_names_a_test() throws IOException {
        List<String> bare = Files.readAllLines(DOCS.resolve("guarantees.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| promise "))
                .filter(line -> !NAMED.matcher(line).find())
                .toList();
        assertThat(bare).as("promises without a test").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"guarantees.md", "traps.md", "jakarta-transactions.md"})
    void every_test_that_is_named_is_there(String document) throws IOException {
        Map<String, List<String>> tests = tests();
        Matcher named = NAMED.matcher(Files.readString(DOCS.resolve(document)));
        List<String> missing = new ArrayList<>();
        int found = 0;
        while (named.find()) {
            found++;
            if (!isThere(tests.getOrDefault(named.group(1), List.of()), named.group(2))) {
                missing.add(named.group());
            }
        }
        assertThat(found).as("tests named in " + document).isGreaterThan(30);
        assertThat(missing)
                .as("tests that " + document + " names and nobody has")
                .isEmpty();
    }

    private static boolean isThere(List<String> sources, String method) {
        return sources.stream().anyMatch(source -> method == null || source.contains("void " + method + "("));
    }

    /** The text of each test class by its simple name; a name may stand in two modules. */
    private static Map<String, List<String>> tests() throws IOException {
        Map<String, List<String>> tests = new HashMap<>();
        try (Stream<Path> all = Files.walk(HouseTest.ROOT)) {
            for (Path file :
                    (Iterable<Path>) all.filter(path -> path.toString().contains("/src/test/java/"))::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(".java")) {
                    tests.computeIfAbsent(name.replace(".java", ""), key -> new ArrayList<>())
                            .add(Files.readString(file));
                }
            }
        }
        return tests;
    }
}
