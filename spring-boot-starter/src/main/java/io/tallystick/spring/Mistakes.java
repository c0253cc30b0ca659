package io.tallystick.spring;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with the properties, gathered, so that a person mends all of it before the next start. Used by one thread. */
final class Mistakes {

    private final List<String> texts = new ArrayList<>();
    private final List<RuntimeException> causes = new ArrayList<>();

    void add(String text) {
        texts.add(text);
    }

    /** @param where the property that it is about */
    void add(String where, RuntimeException cause) {
        texts.add(where + ": " + cause.getMessage());
        causes.add(cause);
    }

    /** Tries what refuses wrong properties by an exception. */
    void from(String where, Runnable attempt) {
        try {
            attempt.run();
        } catch (RuntimeException e) {
            add(where, e);
        }
    }

    /** @throws MisconfiguredException with all that is wrong */
    void throwIfAny() {
        if (texts.isEmpty()) {
            return;
        }
        MisconfiguredException all = new MisconfiguredException(
                texts.size() == 1
                        ? texts.get(0)
                        : texts.size() + " mistakes in tallystick.xa:\n- " + String.join("\n- ", texts));
        causes.forEach(all::addSuppressed);
        throw all;
    }
}
