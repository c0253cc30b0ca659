package io.tallystick.cdc.file;

import io.tallystick.jdbc.RejectedException;
import java.util.List;

/** A pipeline file with mistakes: all of them, each with line, column and what was expected. */
public final class PipelineFileException extends RejectedException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    PipelineFileException(String file, List<String> problems) {
        super(file + " has " + problems.size() + (problems.size() == 1 ? " mistake:" : " mistakes:") + "\n  "
                + String.join("\n  ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line each. */
    public List<String> problems() {
        return problems;
    }
}
