package io.tallystick.saga;

import io.tallystick.message.Phase;
import java.util.List;

/** How explored participants treat a request, with a barrier or without. Pure. */
record StubParticipant(List<Model> models, boolean barrier) {

    /** What is in the database afterwards, and whether the answer is done rather than refused. */
    record Treated(World world, boolean done) {}

    Treated take(World world, StepToken token) {
        if (!barrier) {
            return new Treated(world.apply(token, models), true);
        }
        World.Row seen = world.row(token);
        if (seen != null) {
            return new Treated(world, seen == World.Row.DONE);
        }
        return token.phase() == Phase.ACTION ? act(world, token) : undo(world, token);
    }

    /** The business no; a barrier remembers it. */
    World refuse(World world, StepToken token) {
        return barrier ? world.remember(token, World.Row.REFUSED) : world;
    }

    /** A request under a key that is known gets the known answer, so there is nothing left to refuse. */
    boolean decided(World world, StepToken token) {
        return barrier ? world.row(token) != null : world.times(token.step()) > 0;
    }

    private Treated act(World world, StepToken token) {
        return new Treated(world.apply(token, models).remember(token, World.Row.DONE), true);
    }

    private Treated undo(World world, StepToken token) {
        StepToken action = new StepToken(token.step(), Phase.ACTION, token.execution(), 1);
        World.Row acted = world.row(action);
        World undone = acted == World.Row.DONE ? world.apply(token, models) : world;
        if (acted == null) {
            undone = undone.remember(action, World.Row.TOMBSTONE);
        }
        return new Treated(undone.remember(token, World.Row.DONE), true);
    }
}
