package io.tallystick.examples.points;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Theatre;
import io.tallystick.examples.world.World;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every scene of the flow, with its fault, between real processes; then the books of all databases. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PointsFlowTest {

    private final PointsPlay play = new PointsPlay();
    private World world;
    private Stage stage;

    @BeforeAll
    void open() {
        world = World.open(42, play.roles());
        stage = new Theatre(world, DemoListener.silent()).stage(play.flow());
        play.prepare(stage);
    }

    @AfterAll
    void close() {
        world.close();
    }

    @Test
    void every_scene_ends_as_it_must_and_the_books_agree() {
        List<Check> ends = play.scenes().stream().map(this::played).toList();

        assertThat(ends).isNotEmpty().allSatisfy(PointsFlowTest::holds);
        assertThat(play.check(new Books(world))).isNotEmpty().allSatisfy(PointsFlowTest::holds);
    }

    private Check played(Scene scene) {
        return scene.act().play(stage);
    }

    private static void holds(Check check) {
        assertThat(check.ok()).as(check.toString()).isTrue();
    }
}
