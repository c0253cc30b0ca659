package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;

/**
 * A service was called twice in one transaction, and its second call needs a row that its first one has prepared: that lock goes only
 * when the transaction ends, so both calls can only be made one, or touch different rows. The transaction can only be rolled back.
 */
public final class CalledTwiceException extends RejectedException {

    CalledTwiceException(String message) {
        super(message);
    }
}
