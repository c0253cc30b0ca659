package io.tallystick.cli;

import io.tallystick.saga.LintReport;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaExplorer;
import io.tallystick.saga.SagaGraph;
import io.tallystick.saga.SagaLinter;
import org.jspecify.annotations.Nullable;

/**
 * A saga's design, from wherever it came.
 *
 * @param name how the person asked for it
 * @param definition null when only the stored graph is known
 */
record Design(String name, SagaGraph graph, @Nullable SagaDefinition<?> definition) {

    static Design of(String name, SagaDefinition<?> definition) {
        return new Design(name, definition.graph(), definition);
    }

    static Design of(String name, SagaGraph graph) {
        return new Design(name, graph, null);
    }

    LintReport lint() {
        return definition == null ? SagaLinter.lint(graph) : SagaLinter.lint(definition);
    }

    SagaExplorer explorer() {
        return SagaExplorer.explore(graph);
    }
}
