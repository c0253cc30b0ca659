package io.tallystick.examples.groupware;

/**
 * A row of the account service.
 *
 * @param login never changes
 * @param name as its holder wants it now
 */
record Account(long id, String login, String name) {

    Account named(String other) {
        return new Account(id, login, other);
    }
}
