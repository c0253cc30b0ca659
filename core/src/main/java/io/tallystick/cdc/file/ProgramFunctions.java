package io.tallystick.cdc.file;

import io.tallystick.cdc.replicator.ConflictDecider;
import io.tallystick.cdc.replicator.RowMapper;
import io.tallystick.jdbc.RejectedException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What the program that runs a pipeline has registered, by the names that its file uses. Immutable. */
record ProgramFunctions(Map<String, RowMapper> mappers, Map<String, ConflictDecider> deciders) {

    static final ProgramFunctions NONE = new ProgramFunctions(Map.of(), Map.of());

    ProgramFunctions {
        mappers = Map.copyOf(mappers);
        deciders = Map.copyOf(deciders);
    }

    /** As {@link PipelineSpec#functions} names it. */
    static String mapper(String name) {
        return "mapper " + name;
    }

    /** As {@link PipelineSpec#functions} names it. */
    static String decider(String name) {
        return "decider " + name;
    }

    /** What is said of one that nobody has registered; empty when somebody has. */
    String missing(String function) {
        if (known().contains(function)) {
            return "";
        }
        String[] kindAndName = function.split(" ", 2);
        return "nobody has registered the " + kindAndName[0] + " '" + kindAndName[1] + "'"
                + (known().isEmpty() ? "" : " (registered: " + String.join(", ", known()) + ")")
                + "; start the pipeline in a program of yours with PipelineRun.builder()." + kindAndName[0] + "(\""
                + kindAndName[1] + "\", …): the command tally has no Java of yours and cannot run it";
    }

    /** @throws RejectedException with everything that the file names and nobody has registered */
    void refuseMissing(PipelineSpec spec) {
        List<String> missing = spec.functions().stream()
                .map(this::missing)
                .filter(text -> !text.isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new RejectedException("pipeline " + spec.name() + " cannot start: " + String.join("; ", missing));
        }
    }

    private TreeSet<String> known() {
        TreeSet<String> known = new TreeSet<>();
        mappers.keySet().forEach(name -> known.add(mapper(name)));
        deciders.keySet().forEach(name -> known.add(decider(name)));
        return known;
    }
}
