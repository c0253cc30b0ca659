package io.tallystick.debezium;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What stands in the way of reading an Oracle by LogMiner. */
final class OracleExamination {

    private static final Set<String> LONG_VALUES = Set.of("CLOB", "NCLOB", "BLOB", "XMLTYPE");
    /** What Debezium's connector leaves out without a word. */
    private static final Set<String> UNREAD =
            Set.of("LONG", "LONG RAW", "BFILE", "UROWID", "ANYDATA", "SDO_GEOMETRY", "JSON");

    private final OracleSettings settings;

    OracleExamination(OracleSettings settings) {
        this.settings = settings;
    }

    List<Finding> examine(Set<TableName> tables, Connector connector) {
        List<Finding> findings = new ArrayList<>(beforeConnecting());
        try (Access access = connector.access()) {
            findings.addAll(judge(OracleFacts.read(access.connection().connection(), tables), tables));
        } catch (SQLException | RuntimeException e) {
            throw connector
                    .explain(e)
                    .orElseGet(() -> new UnavailableException(
                            "examining " + connector.name() + " failed: " + e.getMessage(), e));
        }
        return findings;
    }

    /** What can be told without the database. */
    List<Finding> beforeConnecting() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.warning(
                "source of type oracle",
                "untested on a live Oracle",
                "the adapter is tested with another of Debezium's connectors, and its settings for Oracle without a server",
                "try the pipeline on a copy first, and compare the tables"));
        Path existing = settings.memory().toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
            findings.add(Finding.error(
                    "memory",
                    settings.memory() + ", which cannot be written",
                    "how the tables looked when must be remembered, or the log cannot be read after a restart",
                    "name a directory that this user may write and that outlives the process"));
        }
        return findings;
    }

    List<Finding> judge(OracleFacts facts, Set<TableName> wanted) {
        List<Finding> findings = new ArrayList<>();
        if (!facts.logMode().equals("ARCHIVELOG")) {
            findings.add(Finding.error(
                    "LOG_MODE",
                    facts.logMode(),
                    "redo that is overwritten before it was read is lost",
                    "SHUTDOWN IMMEDIATE; STARTUP MOUNT; ALTER DATABASE ARCHIVELOG; ALTER DATABASE OPEN"));
        }
        if (!facts.minimalLogging()) {
            findings.add(Finding.error(
                    "SUPPLEMENTAL_LOG_DATA_MIN",
                    "NO",
                    "LogMiner cannot put together which changes belong to a row",
                    "ALTER DATABASE ADD SUPPLEMENTAL LOG DATA"));
        }
        for (TableName table : wanted) {
            OracleFacts.Table found = facts.tables().get(table);
            if (found == null) {
                findings.add(Finding.error(
                        table.toString(),
                        "not there, or not readable",
                        "names are spelt as in the catalog, in capitals unless they were quoted",
                        "correct 'tables' of the source, or GRANT SELECT ON " + table + " TO "
                                + settings.connection().user()));
            } else {
                judge(table, found, facts.fullLogging(), findings);
            }
        }
        return findings;
    }

    private void judge(TableName table, OracleFacts.Table found, boolean fullLogging, List<Finding> findings) {
        if (!fullLogging && !found.fullLogging()) {
            findings.add(Finding.error(
                    table.toString(),
                    "without supplemental logging of all columns",
                    "updates would come without the columns that they left alone",
                    "ALTER TABLE " + table + " ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS"));
        }
        if (!found.primaryKey()) {
            findings.add(Finding.error(
                    table.toString(),
                    "without a primary key",
                    "changes could not find their rows at the targets",
                    "ALTER TABLE " + table + " ADD PRIMARY KEY (...)"));
        }
        found.columns().forEach((column, type) -> judge(table + "." + column, type, findings));
    }

    private void judge(String column, String type, List<Finding> findings) {
        if (LONG_VALUES.contains(type) && !settings.readsLongValues()) {
            findings.add(Finding.error(
                    column,
                    type,
                    "long values are not read unless they are asked for",
                    "add to the source: debezium: {lob.enabled: true}; or leave the column out: debezium: {column.exclude.list: "
                            + column + "}"));
        } else if (UNREAD.contains(type)) {
            findings.add(Finding.error(
                    column,
                    type,
                    "Debezium's connector does not read such values",
                    "leave the column out: debezium: {column.exclude.list: " + column + "}"));
        } else if (type.matches("TIMESTAMP\\([789]\\)")) {
            findings.add(Finding.warning(
                    column,
                    type,
                    "Debezium counts such times in nanoseconds of 64 bits: 1677 to 2262, others come wrong",
                    "TIMESTAMP(6), or accept it"));
        }
    }
}
