package io.tallystick.cdc.file;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineSpec.AddedColumns;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.cdc.file.PipelineSpec.Mapped;
import io.tallystick.cdc.file.PipelineSpec.Mode;
import io.tallystick.cdc.file.PipelineSpec.Route;
import io.tallystick.cdc.file.PipelineSpec.SourceSpec;
import io.tallystick.cdc.replicator.ConflictPolicy;
import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The routes of a file: where the rows of a table go, and what is made of them. */
final class RouteSection {

    private static final TableName UNKNOWN = new TableName("?", "?");
    private static final List<String> NOT_WITH_MAPPER = List.of("mode", "set", "added_columns", "on_conflict");

    private final SourceSpec source;
    private final Set<String> targets;
    private final Problems problems;
    private final Function<String, @Nullable String> environment;
    private final @Nullable ProgramFunctions functions;

    /** @param functions what is registered; null where nobody is about to run the pipeline */
    RouteSection(
            SourceSpec source,
            Set<String> targets,
            Problems problems,
            Function<String, @Nullable String> environment,
            @Nullable ProgramFunctions functions) {
        this.source = source;
        this.targets = targets;
        this.problems = problems;
        this.environment = environment;
        this.functions = functions;
    }

    /** What is wrong with it is written down. */
    Route route(Node node) {
        Section section = new Section("a route", node, problems, environment);
        TableName from = tableAt(section, "from");
        if (from != null && !source.tables().contains(from)) {
            problems.at(
                    section.node(),
                    "'from' is " + from + ", which 'tables' of the source does not name"
                            + Suggestion.among(
                                    source.tables().stream()
                                            .map(TableName::toString)
                                            .toList(),
                                    from.toString()));
        }
        Expression filter = expression(section, "filter");
        List<Destination> to = new ArrayList<>();
        List<Mapped> mapped = new ArrayList<>();
        for (Node one : section.list("to")) {
            Section destination = new Section("a destination", one, problems, environment);
            if (destination.has("mapper")) {
                mapped.add(mapped(destination, filter != null));
            } else {
                to.add(destination(destination, filter != null));
            }
        }
        section.refuseOthers();
        return new Route(from == null ? UNKNOWN : from, filter, to, mapped);
    }

    private Destination destination(Section section, boolean filtered) {
        String target = target(section);
        TableName table = tableAt(section, "table");
        Mode mode = section.word("mode", Mode.class, Mode.MIRROR);
        AddedColumns added = section.word("added_columns", AddedColumns.class, AddedColumns.IGNORE);
        if (added != AddedColumns.IGNORE && (section.has("set") || mode != Mode.MIRROR)) {
            problems.at(
                    section.node(),
                    "'added_columns' is for tables that are mirrored whole; leave it out, or leave 'set' and 'mode' out");
        }
        ConflictPolicy conflict =
                new ConflictSection(section, problems, functions).read(mode == Mode.MIRROR && !filtered);
        Map<String, Expression> columns = new LinkedHashMap<>();
        if (section.has("set")) {
            section.section("set").entries().forEach((column, node) -> {
                Expression value = expression(section.scalar(node, column), node);
                if (value != null) {
                    columns.put(column, value);
                }
            });
        }
        section.refuseOthers();
        return new Destination(target, table == null ? UNKNOWN : table, mode, columns, added, conflict);
    }

    private Mapped mapped(Section section, boolean filtered) {
        String target = target(section);
        String mapper = section.text("mapper");
        section.refuse("table", "is not for a mapper; name the tables that it may write in 'tables', a list");
        NOT_WITH_MAPPER.forEach(name ->
                section.refuse(name, "is not for a mapper, which says itself what becomes of each row; leave it out"));
        if (filtered) {
            problems.at(
                    section.node(), "a mapper leaves rows out by itself; give it a route of its own, without 'filter'");
        }
        String missing =
                functions == null || mapper.isEmpty() ? "" : functions.missing(ProgramFunctions.mapper(mapper));
        if (!missing.isEmpty()) {
            problems.at(section.at("mapper"), missing);
        }
        List<Destination> tables = new ArrayList<>();
        for (Node node : section.list("tables")) {
            table(section.scalar(node, "tables"), node, problems)
                    .ifPresent(table -> tables.add(new Destination(target, table, Mode.OWNED, Map.of())));
        }
        if (tables.isEmpty()) {
            problems.at(section.at("tables"), "'tables' names no table that the mapper may write");
        }
        section.refuseOthers();
        return new Mapped(target, mapper, tables);
    }

    private String target(Section section) {
        String target = section.text("target");
        if (!target.isEmpty() && !targets.contains(target)) {
            problems.at(section.node(), "there is no target '" + target + "'" + Suggestion.among(targets, target));
        }
        return target;
    }

    private @Nullable Expression expression(Section section, String name) {
        String text = section.textOrNull(name);
        return text == null ? null : expression(text, section.entries().getOrDefault(name, section.node()));
    }

    private @Nullable Expression expression(String text, Node node) {
        try {
            return Expression.parse(text);
        } catch (RejectedException e) {
            problems.at(node, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable TableName tableAt(Section section, String name) {
        String text = section.text(name);
        return text.isEmpty() ? null : table(text, section.node(), problems).orElse(null);
    }

    /** The table that a text of the file names. */
    static Optional<TableName> table(String text, Node node, Problems problems) {
        try {
            return Optional.of(TableName.parse(text));
        } catch (IllegalArgumentException e) {
            problems.at(
                    node,
                    String.valueOf(e.getMessage())
                            + (node instanceof ScalarNode
                                    ? ""
                                    : " (schema.table; MariaDB's and MySQL's schema is the database)"));
            return Optional.empty();
        }
    }
}
