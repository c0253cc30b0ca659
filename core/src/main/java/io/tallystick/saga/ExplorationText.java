package io.tallystick.saga;

import java.util.List;

/** An exploration for people: plain text and a page. */
final class ExplorationText {

    private static final String STYLE = """
            :root{color-scheme:light dark}
            body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
            table{border-collapse:collapse;width:100%}
            th,td{text-align:left;vertical-align:top;padding:.5rem .75rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
            td.number{text-align:right;font-variant-numeric:tabular-nums}
            .bad{border-left:4px solid #c0362c;padding-left:1rem}
            """;

    private ExplorationText() {}

    static String text(Exploration found) {
        StringBuilder text = new StringBuilder("saga '" + found.saga() + "': " + found.situations() + " situations"
                + (found.complete() ? ", all of them" : ", NOT all of them: the limit was reached") + "\n\n");
        for (Exploration.Ending ending : found.endings()) {
            text.append(String.format("%-42s %15s paths%n", ending(ending), paths(ending)));
            text.append("    ").append(ending.steps()).append('\n');
            text.append("    for example: ").append(example(ending)).append("\n");
        }
        if (found.violations().isEmpty()) {
            return text.append("\nnothing is doubled, lost or left behind, and every declared invariant holds\n")
                    .toString();
        }
        for (Exploration.Violation violation : found.violations()) {
            text.append("\nVIOLATED: ").append(violation.what()).append("\n  1. the saga starts");
            text.append(numbered(violation.path(), 2)).append('\n');
        }
        return text.toString();
    }

    static String html(Exploration found) {
        StringBuilder html = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Saga "
                + escape(found.saga()) + "</title><style>" + STYLE + "</style><h1>Saga " + escape(found.saga())
                + "</h1><p>" + found.situations() + " situations"
                + (found.complete() ? ", all of them." : ", not all of them: the limit was reached.") + "</p>");
        for (Exploration.Violation violation : found.violations()) {
            html.append("<section class=\"bad\"><h2>")
                    .append(escape(violation.what()))
                    .append("</h2><ol>");
            violation
                    .path()
                    .forEach(step -> html.append("<li>").append(escape(step)).append("</li>"));
            html.append("</ol></section>");
        }
        html.append("<table><thead><tr><th>Ending<th>Paths<th>Steps<th>For example</thead><tbody>");
        for (Exploration.Ending ending : found.endings()) {
            html.append("<tr><td>").append(escape(ending(ending)));
            html.append("<td class=\"number\">").append(paths(ending));
            html.append("<td>").append(escape(ending.steps()));
            html.append("<td>").append(escape(example(ending)));
        }
        return html.append("</tbody></table></html>").toString();
    }

    static String numbered(List<String> path, int from) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < path.size(); i++) {
            text.append("\n  ").append(from + i).append(". ").append(path.get(i));
        }
        return text.toString();
    }

    private static String ending(Exploration.Ending ending) {
        return ending.status() + (ending.person() ? " after a person acted" : "");
    }

    private static String paths(Exploration.Ending ending) {
        return ending.paths() == Long.MAX_VALUE ? "very many" : String.format("%,d", ending.paths());
    }

    private static String example(Exploration.Ending ending) {
        return ending.example().isEmpty() ? "it starts" : String.join("; ", ending.example());
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
