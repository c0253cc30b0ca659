package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.message.Channel;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Puts an engine together. Not thread-safe. */
public final class SagaEngineBuilder {

    private final DataSource dataSource;
    private final List<SagaDefinition<?>> registered = new ArrayList<>();
    private EngineSettings settings = EngineSettings.named("engine");
    private SagaMetrics metrics = SagaMetrics.NONE;
    private @Nullable Channel channel;
    private Function<String, URI> services = service -> {
        throw new RejectedException("no address is known for service '" + service
                + "': tell the engine with .services(name -> URI) before .start()");
    };
    private HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    SagaEngineBuilder(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Sagas of this definition can be started here; those in flight with an older version need that one registered too. */
    public SagaEngineBuilder register(SagaDefinition<?> definition) {
        registered.add(definition);
        return this;
    }

    public SagaEngineBuilder settings(EngineSettings chosen) {
        this.settings = chosen;
        return this;
    }

    /** Where command steps send to and replies come from. The engine does not close it. */
    public SagaEngineBuilder channel(Channel commands) {
        this.channel = commands;
        return this;
    }

    /** Where a service is, asked at every attempt, so that one that moved is found. */
    public SagaEngineBuilder services(Function<String, URI> addresses) {
        this.services = addresses;
        return this;
    }

    /** The client for HTTP steps: the place for TLS, proxies and authentication. */
    public SagaEngineBuilder http(HttpClient client) {
        this.http = client;
        return this;
    }

    public SagaEngineBuilder metrics(SagaMetrics port) {
        this.metrics = port;
        return this;
    }

    /**
     * Starts the engine.
     *
     * @throws RejectedException if tables or privileges are missing, naming them and the command that creates them
     * @throws io.tallystick.jdbc.UnavailableException if the database cannot be reached
     */
    public SagaEngine start() {
        Jdbc jdbc = Jdbc.on(dataSource);
        Schema.of(jdbc).require("saga");
        return on(new JdbcSagaStore(jdbc));
    }

    /** Starts the engine on a store of one's own. */
    SagaEngine on(SagaStore store) {
        Definitions definitions = new Definitions();
        registered.forEach(definitions::register);
        PayloadCodec codec = new PayloadCodec();
        Waiters waiters = new Waiters();
        EngineHost.Parts parts = new EngineHost.Parts(definitions, waiters, codec, metrics);
        EngineHost.Outside outside = new EngineHost.Outside(channel, services, http);
        EngineHost host = new EngineHost(store, settings, parts, outside);
        host.start();
        return new SagaEngine(settings, definitions, waiters, codec, host);
    }
}
