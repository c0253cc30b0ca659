package io.tallystick.cdc.file;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A map of the file whose entries are asked for by name; what nobody asked for is a mistake. Never throws: it writes the mistakes down. */
final class Section {

    private final String what;
    private final Node node;
    private final Problems problems;
    private final Function<String, @Nullable String> environment;
    private final Map<String, Node> entries = new LinkedHashMap<>();
    private final Set<String> asked = new TreeSet<>();
    /** False for what is missing itself, or is something else: what it lacks is no mistake of its own. */
    private final boolean given;

    Section(String what, Node node, Problems problems, Function<String, @Nullable String> environment) {
        this(what, node, problems, environment, node instanceof MappingNode);
    }

    private Section(
            String what, Node node, Problems problems, Function<String, @Nullable String> environment, boolean given) {
        this.given = given;
        this.what = what;
        this.node = node;
        this.problems = problems;
        this.environment = environment;
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::add);
        } else {
            problems.at(node, what + " must be a map of names to values");
        }
    }

    private void add(NodeTuple tuple) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            problems.at(tuple.getKeyNode(), "a name in " + what + " must be plain text");
        } else if (entries.put(key.getValue(), tuple.getValueNode()) != null) {
            problems.at(key, "'" + key.getValue() + "' stands twice in " + what);
        }
    }

    Node node() {
        return node;
    }

    Map<String, Node> entries() {
        asked.addAll(entries.keySet());
        return entries;
    }

    /** Whoever asks may be told of it: it is a name that is known. */
    boolean has(String name) {
        asked.add(name);
        return entries.containsKey(name);
    }

    /** Where the value of this name stands, or the whole map when it is missing. */
    Node at(String name) {
        return entries.getOrDefault(name, node);
    }

    Section section(String name) {
        Node found = required(name, "a map");
        return found == null
                ? new Section(name, empty(), problems, environment, false)
                : new Section(name, found, problems, environment);
    }

    /** The elements of a list; none when it is missing. */
    List<Node> list(String name) {
        Node found = required(name, "a list");
        if (found == null) {
            return List.of();
        }
        if (found instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        problems.at(found, "'" + name + "' of " + what + " must be a list");
        return List.of();
    }

    String text(String name) {
        Node found = required(name, "text");
        return found == null ? "" : scalar(found, name);
    }

    @Nullable
    String textOrNull(String name) {
        asked.add(name);
        Node found = entries.get(name);
        return found == null ? null : scalar(found, name);
    }

    /** One of a few words. */
    <E extends Enum<E>> E word(String name, Class<E> type, E otherwise) {
        String text = textOrNull(name);
        if (text == null) {
            return otherwise;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        problems.at(
                entries.getOrDefault(name, node),
                "'" + name + "' is '" + text + "'; expected one of " + String.join(", ", names(type)));
        return otherwise;
    }

    private static <E extends Enum<E>> List<String> names(Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    String scalar(Node found, String name) {
        if (found instanceof ScalarNode scalar) {
            return Environment.replaced(scalar.getValue(), environment, problem -> problems.at(found, problem));
        }
        problems.at(found, "'" + name + "' of " + what + " must be text");
        return "";
    }

    private @Nullable Node required(String name, String kind) {
        asked.add(name);
        Node found = entries.get(name);
        if (found == null && given) {
            problems.at(node, what + " lacks '" + name + "' (" + kind + ")");
        }
        return found;
    }

    private Node empty() {
        return new MappingNode(node.getTag(), true, List.of(), FlowStyle.BLOCK, node.getStartMark(), node.getEndMark());
    }

    /** Says why a name that exists elsewhere does not belong here. */
    void refuse(String name, String why) {
        if (asked.add(name) && has(name)) {
            problems.at(at(name), "'" + name + "' " + why);
        }
    }

    /** To be called when everything was asked for. */
    void refuseOthers() {
        entries.forEach((name, value) -> {
            if (!asked.contains(name)) {
                problems.at(value, what + " has no '" + name + "'" + Suggestion.among(asked, name));
            }
        });
    }
}
