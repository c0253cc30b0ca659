package io.tallystick.cdc.file;

import io.tallystick.cdc.replicator.ConflictDecider;
import io.tallystick.cdc.replicator.RowImage;

/** A function of the program, by its name in the file; the program's own stands in its place when the pipeline runs. */
record NamedDecider(String name) implements ConflictDecider {

    /** The registered one under this name. */
    ConflictDecider among(ProgramFunctions functions) {
        ConflictDecider registered = functions.deciders().get(name);
        return registered == null ? this : new Told(name, registered);
    }

    @Override
    public Winner decide(RowImage source, RowImage target) {
        throw new IllegalStateException(this + " is not registered");
    }

    @Override
    public String toString() {
        return ProgramFunctions.decider(name);
    }

    /** With the name for messages. */
    private record Told(String name, ConflictDecider registered) implements ConflictDecider {

        @Override
        public Winner decide(RowImage source, RowImage target) {
            return registered.decide(source, target);
        }

        @Override
        public String toString() {
            return ProgramFunctions.decider(name);
        }
    }
}
