package io.tallystick.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows a person what is wrong with the properties instead of the stack trace of the beans that needed them. */
final class MisconfigurationAnalyzer extends AbstractFailureAnalyzer<MisconfiguredException> {

    @Override
    protected FailureAnalysis analyze(Throwable root, MisconfiguredException cause) {
        return new FailureAnalysis(
                "Two-phase commit cannot start with the properties tallystick.xa:\n\n" + cause.getMessage(),
                "Mend what is named above. The properties are told in spring-boot-starter/README.md and, in an IDE, beside each of them.",
                cause);
    }
}
