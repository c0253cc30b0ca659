package io.tallystick.examples.transfer;

/**
 * A customer's wish to send money to somebody at another bank.
 *
 * @param id the business key, such as {@code transfer-42}
 * @param account whose money it is
 * @param payee who gets it, as the other bank knows them
 * @param amount in won
 */
public record Transfer(String id, String account, String payee, long amount) {}
