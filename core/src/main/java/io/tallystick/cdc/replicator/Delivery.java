package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.TransactionPiece;
import org.jspecify.annotations.Nullable;

/** What the reading hands to a target, in this order. */
sealed interface Delivery permits Delivery.Piece, Delivery.Loaded {

    /** About how much memory it holds, in bytes; added up once. */
    long weight();

    /** How many rows it is about. */
    int size();

    /**
     * A part of a transaction of the log.
     *
     * @param reading the stream that it comes from, in which what comes later stands further in the log; null when it comes from a spool,
     *     which may hold a stretch twice
     */
    record Piece(
            TransactionPiece piece, long weight, @Nullable ChangeStream reading) implements Delivery {

        Piece(TransactionPiece piece, @Nullable ChangeStream reading) {
            this(piece, piece.weight(), reading);
        }

        @Override
        public int size() {
            return piece.changes().size();
        }
    }

    /** Rows of a table that is being copied, without those that the log has overtaken. */
    record Loaded(LoadedChunk chunk, long weight) implements Delivery {

        Loaded(LoadedChunk chunk) {
            this(chunk, chunk.weight());
        }

        @Override
        public int size() {
            return chunk.rows().size();
        }
    }
}
