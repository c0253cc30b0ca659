package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.Dialect;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** How the reading begins, without a database. */
class ReadingBeginsTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final TableName TABLE = new TableName("public", "t");

    private final RecordedSource source = new RecordedSource(16);

    /** Nobody ever reaches it. */
    private static ReplicatedTarget away() {
        DataSource nowhere = (DataSource) Proxy.newProxyInstance(
                ReadingBeginsTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    throw new SQLException("the host does not answer", "08001");
                });
        return new ReplicatedTarget(
                "away",
                nowhere,
                Dialect.POSTGRESQL,
                new BatchWriter(TargetDialect.POSTGRESQL, ConversionPolicy.standard()),
                new MirrorMapping(Map.of()));
    }

    @Test
    void while_no_target_answers_no_connection_to_the_source_is_held() {
        try (Pipeline pipeline =
                Pipeline.of("waits", source, Set.of(TABLE), List.of(away()), PipelineSettings.standard())) {
            pipeline.start();
            await().atMost(LONG).until(() -> source.rested() > 0 && source.held() == 0);
            assertThat(pipeline.status().state()).isEqualTo(PipelineStatus.State.STARTING);
        }
        assertThat(source.held()).isZero();
    }

    @Test
    void a_pipeline_that_ends_while_its_targets_are_away_gives_back_what_it_held() {
        Pipeline pipeline = Pipeline.of("ends", source, Set.of(TABLE), List.of(away()), PipelineSettings.standard());
        pipeline.start();
        await().atMost(LONG).until(() -> source.held() > 0 || source.rested() > 0);
        pipeline.close();
        await().atMost(LONG).until(() -> source.held() == 0);
    }

    @Test
    void who_waits_for_a_target_hears_at_once_where_it_stands() throws Exception {
        TargetProgress progress = new TargetProgress("late");
        progress.awaitKnown(Duration.ofMillis(1));
        assertThat(progress.durable()).isNull();
        Thread told = CdcRuntime.thread("tells", () -> progress.connected(new Position("7")));
        progress.awaitKnown(LONG);
        assertThat(progress.durable()).isEqualTo(new Position("7"));
        told.join();
    }
}
