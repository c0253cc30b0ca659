package io.tallystick.bench.cdc.contender;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.cdc.CdcEngine;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.cdc.replicator.ReplicatedTarget;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline with its standard settings; the copying of rows that are there already is left out, because there are none. The
 * target may be made a distant one: every byte to it and from it is held back for so long.
 */
final class TallystickReplication implements Replication {
    private final Line line;
    private final ChangeSource source;
    private final @Nullable FaultProxy way;
    private final ConnectionSettings copy;
    private final HikariDataSource target;
    private @Nullable Position begin;
    private @Nullable Pipeline pipeline;

    private TallystickReplication(Line line, @Nullable FaultProxy way) {
        TestDatabase to = line.target();
        this.line = line;
        this.way = way;
        this.copy = way == null ? Line.settings(to) : Line.settings(to, way.port());
        this.source = Engines.of(line.source()).source(Line.settings(line.source()), line.name());
        this.target = Engines.of(to).target(copy);
    }

    static TallystickReplication near(Line line) {
        return new TallystickReplication(line, null);
    }

    static TallystickReplication far(Line line, Duration oneWay) {
        TestDatabase to = line.target();
        return new TallystickReplication(
                line, FaultProxy.to(to.host(), to.port()).delay(oneWay));
    }

    @Override
    public void prepare() {
        Schema.of(Jdbc.on(target)).install("cdc");
        begin = source.establish(Set.of(line.from()));
    }

    @Override
    public void start() {
        if (begin == null) {
            throw new IllegalStateException("line " + line.name() + " was not prepared");
        }
        CdcEngine engine = Engines.of(line.target());
        ReplicatedTarget to = new ReplicatedTarget(
                "copy",
                target,
                line.target().engine() == Engine.POSTGRESQL ? Dialect.POSTGRESQL : Dialect.MARIADB,
                engine.writer(copy.url(), ConversionPolicy.standard()),
                new LateMirror(line.from(), target, line.to()));
        pipeline = Pipeline.of(
                line.name(),
                from(begin),
                Set.of(line.from()),
                List.of(to),
                PipelineSettings.standard().withCopyFirst(false));
        pipeline.start();
    }

    /** PostgreSQL's slot remembers where it begins; asking for that is a part of every start, and of the measured one too. */
    private ChangeSource from(Position established) {
        return line.source().engine() == Engine.POSTGRESQL ? source : new Anchored(source, established);
    }

    @Override
    public void check() {
        PipelineStatus.State state = pipeline == null
                ? PipelineStatus.State.STARTING
                : pipeline.status().state();
        if (state == PipelineStatus.State.NEEDS_RESYNC || state == PipelineStatus.State.FENCED) {
            throw new IllegalStateException("pipeline " + line.name() + " has stopped: " + state);
        }
    }

    @Override
    public void close() {
        if (pipeline != null) {
            pipeline.close();
        }
        source.release();
        source.close();
        target.close();
        if (way != null) {
            way.close();
        }
    }

    @Override
    public String toString() {
        return "tallystick " + line.name();
    }
}
