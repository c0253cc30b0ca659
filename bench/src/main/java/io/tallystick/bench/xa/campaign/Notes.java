package io.tallystick.bench.xa.campaign;

import io.tallystick.xa.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What all coordinators noted, in all their lives. Not thread-safe. */
final class Notes {
    private final Map<String, String> begun = new HashMap<>();
    private final Map<String, Answer> told = new HashMap<>();
    private final Map<String, Set<Verdict>> asked = new HashMap<>();

    private Notes() {}

    static Notes read(Path directory) throws IOException {
        Notes notes = new Notes();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                notes.readFile(file);
            }
        }
        return notes;
    }

    /** One life's. */
    static Notes of(Path file) throws IOException {
        Notes notes = new Notes();
        if (Files.exists(file)) {
            notes.readFile(file);
        }
        return notes;
    }

    private void readFile(Path file) throws IOException {
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            List<String> words = List.of(line.split(" ", -1));
            switch (words.get(0)) {
                case AnswerLog.BEGUN -> begun.put(words.get(1), words.get(2));
                case AnswerLog.TOLD ->
                    told.put(words.get(1), new Answer(Answer.Kind.valueOf(words.get(2)), words.get(3), words.get(4)));
                case AnswerLog.ASKED ->
                    asked.computeIfAbsent(words.get(1), n -> new HashSet<>()).add(Verdict.valueOf(words.get(2)));
                default -> throw new IOException("no such note in " + file + ": " + line);
            }
        }
    }

    /** Transfers with the letters of their places. */
    Map<String, String> begun() {
        return begun;
    }

    Map<String, Answer> told() {
        return told;
    }

    /** Answers to those who asked for a transaction of this name. */
    Set<Verdict> asked(String name) {
        return asked.getOrDefault(name, Set.of());
    }

    boolean allAnswered() {
        return told.keySet().containsAll(begun.keySet());
    }

    /** How often what was answered, and for what reason. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        told.values().forEach(answer -> counts.merge((answer.kind() + " " + answer.why()).trim(), 1, Integer::sum));
        counts.put("(killed before it answered)", begun.size() - told.size());
        return counts;
    }
}
