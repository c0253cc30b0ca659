package io.tallystick.cdc.file;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.type.TypeReport;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Looks at the source and the targets of a file for whatever stands in the way of its pipeline; touches nothing. */
final class Examination {

    private final PipelineSpec spec;
    private final ChangeSource source;
    private final Map<String, DataSource> targets;

    Examination(PipelineSpec spec, ChangeSource source, Map<String, DataSource> targets) {
        this.spec = spec;
        this.source = source;
        this.targets = targets;
    }

    List<Finding> examine() {
        List<Finding> findings = new ArrayList<>();
        add(
                findings,
                "source",
                () -> source.examine(new LinkedHashSet<>(spec.source().tables())));
        targets.forEach((name, pool) -> add(findings, name, () -> examine(name, pool)));
        findings.addAll(SpoolExamination.of(spec.spool()));
        return findings;
    }

    private List<Finding> examine(String target, DataSource pool) {
        List<Finding> findings = new ArrayList<>();
        component(findings, Schema.of(Jdbc.on(pool)).problems("cdc"));
        try {
            Map<PipelineSpec.Destination, TargetTable> tables = new TargetTables(spec, target, pool).read();
            findings.addAll(TargetRights.examine(pool, tables));
            Preview preview = new Preview(spec, target);
            preview.types(source, tables).forEach(report -> add(findings, report));
            findings.addAll(preview.columnsLeftOut(source, tables));
            findings.addAll(preview.keysOutOfReach(source, tables));
            findings.addAll(preview.rowsNotRepeated(source, tables));
            if (new RouteMapping(spec, target, tables::get).copiesParentsToo()) {
                findings.addAll(foreignKeys(target, pool));
            }
        } catch (RejectedException e) {
            findings.add(Finding.error(
                    "the layout of its tables",
                    "not what the routes need",
                    String.valueOf(e.getMessage()),
                    "the statements named there"));
        }
        return findings;
    }

    private static void component(List<Finding> findings, List<String> problems) {
        if (!problems.isEmpty() && problems.stream().allMatch(problem -> problem.startsWith("right "))) {
            findings.add(Finding.error(
                    "component cdc",
                    "not to be used by its user",
                    String.join("; ", problems),
                    "GRANT SELECT, INSERT, UPDATE, DELETE on these tables to that user"));
        } else if (!problems.isEmpty()) {
            findings.add(Finding.error(
                    "component cdc",
                    "not installed",
                    String.join("; ", problems),
                    "tally pipeline run --install, or tally schema install cdc"));
        }
    }

    private static void add(List<Finding> findings, TypeReport report) {
        for (TypeReport.Line line : report.lines()) {
            String subject = report.target() + "." + line.targetColumn();
            String found = line.targetType() + " for " + line.sourceType();
            if (line.fate() == TypeReport.Fate.REFUSED) {
                findings.add(Finding.error(
                        subject, found, line.how(), "change the column's type, or compute it in the route"));
            } else if (line.fate() == TypeReport.Fate.LOSSY) {
                findings.add(
                        Finding.warning(subject, found, line.how(), "change the column's type, or accept the loss"));
            }
        }
    }

    private static void add(List<Finding> all, String where, Supplier<List<Finding>> examination) {
        try {
            examination
                    .get()
                    .forEach(found -> all.add(new Finding(
                            found.severity(),
                            where + ": " + found.subject(),
                            found.found(),
                            found.why(),
                            found.mend())));
        } catch (TallystickException e) {
            all.add(Finding.error(
                    where,
                    "not to be examined",
                    String.valueOf(e.getMessage()),
                    "correct url, user or password in the file, or start the server"));
        }
    }

    /** Children that are copied before their parents: foreign keys can only be left alone by who may. */
    private List<Finding> foreignKeys(String target, DataSource pool) {
        PipelineSpec.Place place = Objects.requireNonNull(spec.targets().get(target));
        if (Preview.dialect(place.url()) != TargetDialect.POSTGRESQL) {
            return List.of();
        }
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                statement.execute("SET LOCAL session_replication_role = replica");
                return List.of();
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            if (!SqlErrors.isMissingPrivilege(e, Dialect.POSTGRESQL)) {
                throw SqlErrors.translate(e, Dialect.POSTGRESQL, false, "examining target " + target);
            }
            return List.of(Finding.warning(
                    "foreign keys",
                    "looked at while tables are copied",
                    "a row whose parent comes later is set aside then, and has to be replayed; before PostgreSQL 15 only a superuser"
                            + " may leave them alone",
                    "GRANT SET ON PARAMETER session_replication_role TO "
                            + TargetDialect.POSTGRESQL.quote(place.user())));
        }
    }
}
