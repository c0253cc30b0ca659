package io.tallystick.cdc.file;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.query.QuerySettings;
import io.tallystick.cdc.query.QuerySettings.Deletes;
import io.tallystick.cdc.query.QuerySettings.Overlap;
import io.tallystick.cdc.query.QuerySettings.Watched;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The parts of a source of type {@code query}: which tables are asked, by which columns, how often. */
final class QuerySection {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Section section;
    private final Problems problems;
    private final Function<Node, Section> sections;
    private final BiFunction<String, Node, Optional<TableName>> tables;

    /**
     * @param sections makes a section of a table's node
     * @param tables reads a table's name
     */
    QuerySection(
            Section section,
            Problems problems,
            Function<Node, Section> sections,
            BiFunction<String, Node, Optional<TableName>> tables) {
        this.section = section;
        this.problems = problems;
        this.sections = sections;
        this.tables = tables;
    }

    /** Null when nothing can be made of it; the mistakes are written down. */
    @Nullable
    QuerySettings read() {
        List<Watched> watched = new ArrayList<>();
        section.list("tables").forEach(node -> table(node).ifPresent(watched::add));
        Duration every = time(section, "every", EVERY);
        ZoneId zone = zone();
        Deletes deletes = deletes();
        try {
            return new QuerySettings(every, zone, watched, deletes);
        } catch (IllegalArgumentException e) {
            problems.at(section.node(), String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Optional<Watched> table(Node node) {
        Section table = sections.apply(node);
        String name = table.text("name");
        Optional<TableName> parsed = name.isEmpty() ? Optional.empty() : tables.apply(name, table.at("name"));
        String changeColumn = table.text("change_column");
        List<String> key = key(table);
        Overlap overlap = overlap(table);
        table.refuseOthers();
        return parsed.map(found -> new Watched(found, changeColumn, key, overlap));
    }

    private static List<String> key(Section table) {
        if (!table.has("key")) {
            return List.of();
        }
        if (table.at("key") instanceof SequenceNode) {
            return table.list("key").stream()
                    .map(node -> table.scalar(node, "key"))
                    .toList();
        }
        return List.of(table.text("key"));
    }

    private Overlap overlap(Section table) {
        Overlap standard = Overlap.standard();
        String text = table.textOrNull("overlap");
        if (text == null) {
            return standard;
        }
        try {
            return text.matches("\\d{1,18}")
                    ? new Overlap(standard.time(), Long.parseLong(text))
                    : new Overlap(Settings.time("overlap", text), standard.steps());
        } catch (IllegalArgumentException e) {
            problems.at(
                    table.at("overlap"),
                    e.getMessage() + "; a plain number for a change column that counts, as in 1000");
            return standard;
        }
    }

    private Duration time(Section from, String name, Duration otherwise) {
        String text = from.textOrNull(name);
        try {
            return text == null ? otherwise : Settings.time(name, text);
        } catch (IllegalArgumentException e) {
            problems.at(from.at(name), String.valueOf(e.getMessage()));
            return otherwise;
        }
    }

    private ZoneId zone() {
        String text = section.textOrNull("zone");
        try {
            return text == null ? ZoneOffset.UTC : ZoneId.of(text);
        } catch (DateTimeException e) {
            problems.at(section.at("zone"), "'zone' is '" + text + "'; expected a time zone, as in Asia/Seoul");
            return ZoneOffset.UTC;
        }
    }

    private @Nullable Deletes deletes() {
        boolean wanted = section.has("compare_deletes");
        String memory = section.textOrNull("memory");
        Duration every = time(section, "compare_deletes", Duration.ofHours(1));
        if (wanted && memory == null) {
            problems.at(
                    section.at("compare_deletes"),
                    "'compare_deletes' needs 'memory': a directory of this pipeline alone that outlives the process, for the"
                            + " keys that targets have");
        } else if (!wanted && memory != null) {
            problems.at(
                    section.at("memory"), "'memory' is of use only with 'compare_deletes', as in compare_deletes: 1h");
        }
        if (memory != null && !Path.of(memory).isAbsolute()) {
            problems.at(
                    section.at("memory"),
                    "'memory' is '" + memory
                            + "'; expected an absolute path: started from another directory, the pipeline would miss"
                            + " what lies there");
        }
        try {
            return wanted && memory != null ? new Deletes(every, Path.of(memory)) : null;
        } catch (IllegalArgumentException e) {
            problems.at(section.at("compare_deletes"), String.valueOf(e.getMessage()));
            return null;
        }
    }
}
