package io.tallystick.cdc.file;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.ConversionPolicy.Choice;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineSpec.Place;
import io.tallystick.cdc.file.PipelineSpec.Route;
import io.tallystick.cdc.file.PipelineSpec.SourceSpec;
import io.tallystick.cdc.query.QuerySettings;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.RunnerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads pipeline files. Values may name environment variables, so that no secret need stand in a file. */
public final class PipelineFile {

    /** The type of a source whose tables are asked, whichever database it is. */
    private static final String QUERY = "query";

    private static final int LARGEST = 3 << 20;
    /** A pipeline has six at most; the parser goes down with every one. */
    private static final int DEEPEST = 500;

    private final String file;
    private final Problems problems = new Problems();
    private final Function<String, @Nullable String> environment;
    private final @Nullable ProgramFunctions functions;

    /** @param functions what is registered; null where nobody is about to run the pipeline */
    private PipelineFile(
            String file, Function<String, @Nullable String> environment, @Nullable ProgramFunctions functions) {
        this.file = file;
        this.environment = environment;
        this.functions = functions;
    }

    /**
     * Reads a file in UTF-8, with the environment of this process.
     *
     * @throws PipelineFileException with every mistake, or when the file cannot be read
     */
    public static PipelineSpec read(Path path) {
        return read(path, null);
    }

    static PipelineSpec read(Path path, @Nullable ProgramFunctions functions) {
        try {
            return new PipelineFile(path.toString(), System.getenv()::get, functions).spec(text(path));
        } catch (IOException e) {
            throw new PipelineFileException(path.toString(), List.of(unreadable(path, e)));
        }
    }

    /** Never more than a pipeline can have: the wrong file may be of any size, and a device has no end. */
    private static String text(Path path) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            throw new PipelineFileException(
                    path.toString(), List.of("it is larger than " + (LARGEST >> 20) + " MB; is it the right file?"));
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        if (text.indexOf('\0') >= 0) {
            throw new CharacterCodingException();
        }
        return text;
    }

    private static String unreadable(Path path, IOException why) {
        if (why instanceof NoSuchFileException) {
            return "there is no such file; looked for " + path.toAbsolutePath();
        }
        if (why instanceof AccessDeniedException) {
            return "this user may not read it";
        }
        if (why instanceof CharacterCodingException) {
            return "it is no text in UTF-8; save it as UTF-8";
        }
        return Files.isDirectory(path)
                ? "it is a directory; expected a file in YAML"
                : "it cannot be read: " + why.getMessage();
    }

    /** Reads a text; {@code file} names it in messages. */
    public static PipelineSpec parse(String file, String yaml, Function<String, @Nullable String> environment) {
        return parse(file, yaml, environment, null);
    }

    static PipelineSpec parse(
            String file,
            String yaml,
            Function<String, @Nullable String> environment,
            @Nullable ProgramFunctions functions) {
        return new PipelineFile(file, environment, functions).spec(yaml);
    }

    private PipelineSpec spec(String yaml) {
        Section all = new Section("the file", root(yaml), problems, environment);
        String name = all.text("pipeline");
        if (!name.isEmpty() && !name.matches("[\\w.-]{1,100}")) {
            problems.at(
                    all.node(),
                    "'pipeline' is '" + name + "'; expected 1 to 100 of a to z, A to Z, 0 to 9, '.', '_' and '-'");
        }
        SourceSpec source = source(all.section("source"), name);
        Map<String, Place> targets = targets(all.section("targets"));
        RouteSection reader = new RouteSection(source, targets.keySet(), problems, environment, functions);
        List<Route> routes = all.list("routes").stream().map(reader::route).toList();
        PipelineSettings settings = PipelineSettings.standard();
        RunnerSettings running = RunnerSettings.standard();
        if (all.has("settings")) {
            Section section = all.section("settings");
            running = Settings.running(section, problems);
            settings = Settings.of(section, problems);
        }
        settings = settings.withLoop(Settings.loop(all, problems));
        SpoolSettings spool = all.has("spool") ? Settings.spool(all.section("spool"), problems) : null;
        all.refuseOthers();
        if (problems.any()) {
            throw new PipelineFileException(file, problems.inOrder());
        }
        return new PipelineSpec(name, source, targets, routes, settings, running, spool);
    }

    private Node root(String yaml) {
        if (depth(yaml) > DEEPEST) {
            throw new PipelineFileException(
                    file, List.of("it is nested too deeply for a pipeline; is it the right file?"));
        }
        try {
            Optional<Node> node =
                    new Compose(LoadSettings.builder().setLabel(file).build()).composeString(yaml);
            Node root = node.orElseThrow(() -> new PipelineFileException(file, List.of("it is empty")));
            if (root instanceof MappingNode) {
                return root;
            }
            problems.at(root, "expected a map of names to values, as in 'pipeline: accounts'");
        } catch (MarkedYamlEngineException e) {
            String problem =
                    e.getProblem().startsWith("but ") ? e.getContext() + ", " + e.getProblem() : e.getProblem();
            problems.at(e.getProblemMark(), "this is no YAML: " + problem);
        } catch (YamlEngineException e) {
            problems.at(Optional.empty(), "this is no YAML: " + e.getMessage());
        }
        throw new PipelineFileException(file, problems.inOrder());
    }

    private static int depth(String yaml) {
        int depth = 0;
        int deepest = 0;
        for (int i = 0; i < yaml.length(); i++) {
            char c = yaml.charAt(i);
            depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
            deepest = Math.max(deepest, depth);
        }
        return deepest;
    }

    private SourceSpec source(Section section, String pipeline) {
        Place place = place(section, ConversionPolicy.standard());
        boolean asks = QUERY.equals(section.textOrNull("type"));
        QuerySettings query = asks
                ? new QuerySection(
                                section,
                                problems,
                                node -> new Section("a table of a source of type query", node, problems, environment),
                                (text, node) -> RouteSection.table(text, node, problems))
                        .read()
                : null;
        List<TableName> tables = new ArrayList<>();
        if (query != null) {
            query.tables().forEach(table -> tables.add(table.name()));
        } else if (!asks) {
            section.list("tables")
                    .forEach(node -> RouteSection.table(section.scalar(node, "tables"), node, problems)
                            .ifPresent(tables::add));
        }
        String slot = section.textOrNull("slot");
        Map<String, String> options = asks || !place.url().startsWith(DebeziumSection.URL)
                ? Map.of()
                : new DebeziumSection(section, problems).read();
        section.refuseOthers();
        String standard = "tally_" + pipeline.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        return new SourceSpec(place, tables, slot == null ? standard : slot, query, options);
    }

    private Map<String, Place> targets(Section section) {
        Map<String, Place> targets = new LinkedHashMap<>();
        section.entries().forEach((name, node) -> {
            Section target = new Section("target " + name, node, problems, environment);
            targets.put(name, place(target, conversion(target)));
            if (QUERY.equals(target.textOrNull("type"))) {
                problems.at(target.at("type"), "'query' is a type of sources; a target is written: leave 'type' out");
            }
            target.refuseOthers();
        });
        return targets;
    }

    private ConversionPolicy conversion(Section target) {
        ConversionPolicy standard = ConversionPolicy.standard();
        if (!target.has("conversion")) {
            return standard;
        }
        Section section = target.section("conversion");
        Choice infinity = section.word("infinity", Choice.class, standard.infinity());
        Choice notANumber = section.word("not_a_number", Choice.class, standard.notANumber());
        Choice zeroDate = section.word("zero_date", Choice.class, standard.zeroDate());
        section.refuseOthers();
        try {
            return new ConversionPolicy(infinity, notANumber, zeroDate);
        } catch (IllegalArgumentException e) {
            problems.at(section.node(), String.valueOf(e.getMessage()));
            return standard;
        }
    }

    private Place place(Section section, ConversionPolicy conversion) {
        String url = section.text("url");
        if (!url.isEmpty() && !url.startsWith("jdbc:")) {
            problems.at(
                    section.node(), "'url' must begin with jdbc:, for example jdbc:postgresql://host:5432/database");
        }
        String type = section.textOrNull("type");
        if (type != null && !type.equals(QUERY) && !url.isEmpty() && !url.startsWith("jdbc:" + type + ":")) {
            problems.at(
                    section.node(),
                    "'type' is '" + type + "', but 'url' begins otherwise; leave 'type' out, or correct one of them");
        }
        String user = section.textOrNull("user");
        String password = section.textOrNull("password");
        return new Place(
                url, user == null ? "" : user, password == null ? "" : password, section.textOrNull("tls"), conversion);
    }
}
