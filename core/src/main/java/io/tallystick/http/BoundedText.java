package io.tallystick.http;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;

/**
 * The body of an answer as a text, in the character set that it names or in UTF-8. One that is longer than it may be ends the
 * exchange with an {@link IOException}: whoever answers must not be able to fill this process's memory. For one answer, as the
 * client of the JDK makes a subscriber for each.
 */
public final class BoundedText implements BodySubscriber<String> {

    private final BodySubscriber<String> text;
    private final long mostBytes;
    private long bytes;
    private Subscription subscription = new Ended();

    private BoundedText(BodySubscriber<String> text, long mostBytes) {
        this.text = text;
        this.mostBytes = mostBytes;
    }

    /** Answers of at most so many bytes. */
    public static BodyHandler<String> of(long mostBytes) {
        BodyHandler<String> any = BodyHandlers.ofString();
        return response -> new BoundedText(any.apply(response), mostBytes);
    }

    @Override
    public CompletionStage<String> getBody() {
        return text.getBody();
    }

    @Override
    public void onSubscribe(Subscription begun) {
        subscription = begun;
        text.onSubscribe(begun);
    }

    @Override
    public void onNext(List<ByteBuffer> part) {
        for (ByteBuffer buffer : part) {
            bytes += buffer.remaining();
        }
        if (bytes <= mostBytes) {
            text.onNext(part);
            return;
        }
        subscription.cancel();
        text.onError(new IOException("the answer is longer than " + mostBytes + " bytes and was not read to its end"));
    }

    @Override
    public void onError(Throwable failure) {
        text.onError(failure);
    }

    @Override
    public void onComplete() {
        text.onComplete();
    }

    /** Before anything was asked for. */
    private record Ended() implements Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
