package io.tallystick.saga;

import java.util.List;

/** What the linter has to say about one saga. */
public record LintReport(String saga, List<Finding> findings) {

    public LintReport {
        findings = List.copyOf(findings);
    }

    /** Findings that nobody has accepted. */
    public List<Finding> open() {
        return findings.stream().filter(finding -> !finding.accepted()).toList();
    }

    /** Whether the saga can end wrong. */
    public boolean hasErrors() {
        return open().stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }

    public String toText() {
        StringBuilder text = new StringBuilder("saga '" + saga + "': ");
        text.append(findings.isEmpty() ? "nothing to complain about\n" : open().size() + " open findings\n");
        for (Finding finding : findings) {
            text.append('\n').append(finding.severity()).append(' ').append(finding.rule());
            text.append(" at ").append(String.join(", ", finding.steps())).append('\n');
            text.append("  what happens: ").append(finding.what()).append('\n');
            text.append("  mend it:      ").append(finding.mend()).append('\n');
            if (!finding.reordered().isEmpty()) {
                text.append("  reordered:    ")
                        .append(String.join(" -> ", finding.reordered()))
                        .append('\n');
            }
            if (finding.accepted()) {
                text.append("  accepted:     ")
                        .append(finding.acceptedBecause())
                        .append('\n');
            }
        }
        return text.toString();
    }

    public String toJson() {
        return DesignJson.write(this);
    }
}
