package io.tallystick.examples.service;

import io.tallystick.jdbc.Schema;
import io.tallystick.saga.EngineSettings;
import io.tallystick.saga.Intervention;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaEngine;
import io.tallystick.saga.SagaId;
import io.tallystick.saga.SagaOutcome;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A service whose work is to run sagas: the engine on its own database, and the requests by which sagas are started,
 * looked at and helped along. Put together on one thread; lives until the process ends.
 */
public final class Orchestrator {

    /** A killed orchestrator is started again in about a second; its sagas should not wait much longer. */
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** Less than a client's patience. */
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private final Service service;
    private final Map<String, SagaDefinition<?>> definitions = new LinkedHashMap<>();

    private Orchestrator(Service service) {
        this.service = service;
    }

    public static Orchestrator on(Service service) {
        return new Orchestrator(service);
    }

    public Orchestrator orchestrate(SagaDefinition<?> definition) {
        definitions.put(definition.type(), definition);
        return this;
    }

    /**
     * How far a saga has come.
     *
     * @param saga its id
     * @param status the name of a {@link io.tallystick.saga.SagaStatus}
     * @param cause why it turned back or is parked, or null
     */
    public record Standing(
            String saga, String status, @Nullable String cause) {}

    /** Starts the engine, and answers. */
    public void start() {
        Schema.of(service.jdbc()).install("saga");
        var builder = SagaEngine.on(service.database())
                .channel(service.channel())
                .services(this::address)
                .settings(EngineSettings.named(service.settings().name()).lease(LEASE));
        definitions.values().forEach(builder::register);
        SagaEngine engine = builder.start();
        service.ask("/starts/", (path, body) -> begin(engine, path, body));
        service.ask("/standings", (path, body) -> standings(engine, body));
        SagaDesk desk = SagaDesk.on(service.jdbc());
        service.ask("/interventions/", (path, body) -> intervene(desk, path, body));
    }

    private URI address(String peer) {
        return Objects.requireNonNull(service.settings().peers().get(peer), () -> "no address for " + peer);
    }

    /** {@code /starts/<saga type>/<business key>}: asked twice, it starts once. */
    private String begin(SagaEngine engine, String path, String body) {
        String type = path.substring(0, path.indexOf('/'));
        String key = path.substring(path.indexOf('/') + 1);
        SagaDefinition<?> definition =
                Objects.requireNonNull(definitions.get(type), () -> "no saga '" + type + "' is run here");
        return Json.write(begin(engine, definition, key, body).toString());
    }

    private static <D> SagaId begin(SagaEngine engine, SagaDefinition<D> definition, String key, String body) {
        return engine.start(definition, key, Json.read(body, definition.payloadType()));
    }

    private static String standings(SagaEngine engine, String body) {
        List<Standing> standings = Arrays.stream(Json.read(body, String[].class))
                .map(id -> standing(engine.await(SagaId.parse(id), Duration.ZERO)))
                .toList();
        return Json.write(standings);
    }

    private static Standing standing(SagaOutcome outcome) {
        return new Standing(outcome.saga().toString(), outcome.status().name(), outcome.cause());
    }

    /** Left for the saga's owner, which may be another process; asked again, it was done already or no longer fits. */
    private static String intervene(SagaDesk desk, String saga, String body) {
        return Json.write(desk.act(SagaId.parse(saga), Json.read(body, Intervention.class), ANSWER)
                .text());
    }
}
