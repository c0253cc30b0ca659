package io.tallystick.cli;

import io.tallystick.saga.SagaCase;
import io.tallystick.saga.SagaId;

/** Commands as a person would type them next. */
final class SagaHints {

    private SagaHints() {}

    static String command(SagaId saga, SagaCase.Choice choice) {
        StringBuilder line = new StringBuilder("tally saga " + choice.command() + " " + saga);
        if (choice.step() != null) {
            line.append(" --step ").append(quoted(choice.step()));
        }
        if (choice.command().equals("edit")) {
            line.append(" --payload JSON");
        }
        if (choice.command().equals("reassign")) {
            line.append(" --to NAME");
        }
        return line.toString();
    }

    static String meaning(String command) {
        return switch (command) {
            case "retry" -> "try it again now";
            case "edit" -> "change its data, then try it again";
            case "done" -> "it did happen: go on";
            case "skip" -> "go on without it";
            case "compensate" -> "take everything back";
            case "resume" -> "go forward again";
            case "reassign" -> "make somebody else responsible";
            case "note" -> "write something down";
            case "cancel" -> "call it off";
            default -> "";
        };
    }

    private static String quoted(String word) {
        return word.matches("[\\w.-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
