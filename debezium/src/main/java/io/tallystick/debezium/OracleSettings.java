package io.tallystick.debezium;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.RejectedException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How an Oracle is read: what the pipeline file says, as Debezium's settings. Values that the adapter relies on are refused.
 *
 * @param name of the pipeline at the source, and so of Debezium's connector
 * @param memory a directory of this pipeline alone that outlives the process: the schema history lies there
 * @param further Debezium's own settings, from section {@code debezium} of the file
 */
record OracleSettings(ConnectionSettings connection, String name, Path memory, Map<String, String> further) {

    private static final String OPTION = "debezium.";
    private static final String MEMORY = "memory";
    private static final Pattern SERVICE = Pattern.compile(
            "@(?:(?:tcps?:)?//)?[^/()]+/([\\w$#.]+)|@[^/():]+:\\d+:([\\w$#]+)|SERVICE_NAME\\s*=\\s*([\\w$#.]+)",
            Pattern.CASE_INSENSITIVE);
    /** What comes from elsewhere in the file, and what must not be chosen. */
    private static final List<String> OURS = List.of(
            "database.url",
            "database.user",
            "database.password",
            "table.include.list",
            "topic.prefix",
            "connector.class",
            "connection.adapter",
            "schema.history.internal",
            "schema.history.internal.file.filename");

    OracleSettings {
        further = Map.copyOf(further);
    }

    /** @throws RejectedException naming the setting, what was found and how to mend it */
    static OracleSettings of(ConnectionSettings connection, String name, Map<String, String> options) {
        String memory = options.get(MEMORY);
        if (memory == null || memory.isBlank()) {
            throw new RejectedException(
                    "an Oracle source needs 'memory': a directory of this pipeline alone that outlives the"
                            + " process, for the history of its tables' shapes; for example memory: /var/lib/tally/"
                            + name);
        }
        Map<String, String> further = new TreeMap<>();
        options.forEach((option, value) -> {
            if (option.startsWith(OPTION)) {
                further.put(option.substring(OPTION.length()), value);
            }
        });
        refuseOurs(further);
        if (connection.tlsMode() != null) {
            throw new RejectedException(
                    "'tls' is '" + connection.tlsMode()
                            + "', which means nothing for Oracle; say it in the url: jdbc:oracle:thin:@tcps://host:2484/service");
        }
        OracleSettings settings = new OracleSettings(connection, name, Path.of(memory), further);
        settings.database();
        return settings;
    }

    private static void refuseOurs(Map<String, String> further) {
        List<String> chosen = further.keySet().stream()
                .filter(key -> OURS.contains(key) || AdapterSettings.of("").containsKey(key))
                .toList();
        if (!chosen.isEmpty()) {
            throw new RejectedException(
                    "'debezium' of the source sets " + String.join(", ", chosen)
                            + ", which follows from the rest of the file or must be as it is so that transactions arrive whole; leave it out");
        }
    }

    /** Whether long values (CLOB, NCLOB, BLOB, XMLTYPE) are read. */
    boolean readsLongValues() {
        return Boolean.parseBoolean(further.get("lob.enabled"));
    }

    /** Oracle's pluggable database; empty when there is none. */
    String pluggable() {
        return further.getOrDefault("database.pdb.name", "");
    }

    /** The file in which Debezium keeps how tables looked when. */
    Path schemaHistory() {
        return memory.resolve(name + ".schema-history");
    }

    /** Debezium's settings for these tables. */
    Map<String, String> properties(Collection<TableName> tables) {
        Map<String, String> all = new TreeMap<>();
        all.put("connector.class", "io.debezium.connector.oracle.OracleConnector");
        all.put("name", name);
        all.put("topic.prefix", name);
        all.put("database.url", connection.url());
        all.put("database.user", connection.user());
        all.put("database.password", connection.password());
        all.put("database.dbname", database());
        all.put("connection.adapter", "logminer");
        // follows ALTER TABLE without writing dictionaries into the log; cannot read long values
        all.put("log.mining.strategy", readsLongValues() ? "redo_log_catalog" : "hybrid");
        // the shapes only: rows are copied by ourselves, in parts and without locks
        all.put("snapshot.mode", "no_data");
        all.put("snapshot.locking.mode", "none");
        all.put("schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory");
        all.put("schema.history.internal.file.filename", schemaHistory().toString());
        all.put("schema.history.internal.store.only.captured.tables.ddl", "true");
        all.putAll(further);
        if (!tables.isEmpty()) {
            all.put(
                    "table.include.list",
                    tables.stream().map(OracleSettings::pattern).sorted().collect(Collectors.joining(",")));
        }
        return all;
    }

    /** Debezium takes regular expressions, separated by commas. */
    private static String pattern(TableName table) {
        return quoted(table.schema()) + "\\." + quoted(table.table());
    }

    private static String quoted(String name) {
        return name.replaceAll("[^\\w]", "\\\\$0");
    }

    private String database() {
        String named = further.get("database.dbname");
        if (named != null) {
            return named;
        }
        Matcher service = SERVICE.matcher(connection.url());
        if (!service.find()) {
            throw new RejectedException("the url " + url()
                    + " does not tell the database's name; add to the source: debezium: {database.dbname: ORCLCDB}");
        }
        for (int group = 1; group < service.groupCount(); group++) {
            if (service.group(group) != null) {
                return service.group(group);
            }
        }
        return service.group(service.groupCount());
    }

    /** For messages: a URL may carry {@code user/password@}. */
    String url() {
        return connection.url().replaceAll("(?<=thin:)[^@]*(?=@)", "").replaceAll("\\?.*", "");
    }
}
