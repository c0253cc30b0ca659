package io.tallystick.cdc;

/** What the reading hands to a target, in this order. */
sealed interface Delivery permits Delivery.Piece, Delivery.Loaded {

    /** About how much memory it holds, in bytes. */
    long weight();

    /** How many rows it is about. */
    int size();

    /** A part of a transaction of the log. */
    record Piece(TransactionPiece piece) implements Delivery {
        @Override
        public long weight() {
            return piece.weight();
        }

        @Override
        public int size() {
            return piece.changes().size();
        }
    }

    /** Rows of a table that is being copied, without those that the log has overtaken. */
    record Loaded(LoadedChunk chunk) implements Delivery {
        @Override
        public long weight() {
            return chunk.weight();
        }

        @Override
        public int size() {
            return chunk.rows().size();
        }
    }
}
