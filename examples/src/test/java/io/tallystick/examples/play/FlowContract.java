package io.tallystick.examples.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.world.World;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every scene of a flow, with its fault, between real processes; then the books of all databases. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FlowContract {

    private final Play play;
    protected World world;
    protected Stage stage;

    protected FlowContract(Play play) {
        this.play = play;
    }

    @BeforeAll
    final void open() {
        world = World.open(42, play.roles());
        stage = new Theatre(world, DemoListener.silent()).stage(play.flow());
        play.prepare(stage);
    }

    @AfterAll
    final void close() {
        world.close();
    }

    @Test
    final void every_scene_ends_as_it_must_and_the_books_agree() {
        List<Check> ends =
                play.scenes().stream().map(scene -> scene.act().play(stage)).toList();

        assertThat(ends).isNotEmpty().allSatisfy(FlowContract::holds);
        assertThat(play.check(new Books(world))).isNotEmpty().allSatisfy(FlowContract::holds);
    }

    private static void holds(Check check) {
        assertThat(check.ok()).as(check.toString()).isTrue();
    }
}
