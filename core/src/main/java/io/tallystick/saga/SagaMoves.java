package io.tallystick.saga;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Finds the unfinished sagas of a type and what stands against their going on with another definition. */
final class SagaMoves {

    private static final int PAGE = 500;

    private final SagaLedger ledger;
    private final Function<SagaId, SagaCase> show;

    SagaMoves(SagaLedger ledger, Function<SagaId, SagaCase> show) {
        this.ledger = ledger;
        this.show = show;
    }

    /** Without those that are there already. */
    List<SagaMove> plan(String type, SagaGraph to) {
        List<SagaMove> moves = new ArrayList<>();
        for (SagaStatus status : EnumSet.allOf(SagaStatus.class)) {
            if (!status.ended()) {
                all(type, status).stream()
                        .filter(entry -> !entry.start().definitionHash().equals(to.hash()))
                        .map(entry -> move(entry, to))
                        .forEach(moves::add);
            }
        }
        return moves;
    }

    private SagaMove move(SagaLedger.Entry entry, SagaGraph to) {
        SagaCase.Reading reading = show.apply(entry.start().head().id()).reading();
        SagaState state = reading.state();
        List<String> obstacles =
                state == null ? List.of(String.valueOf(reading.problem())) : Migration.obstacles(state, to);
        return new SagaMove(entry, obstacles, null);
    }

    /** Page by page, newest first; what starts meanwhile starts with the new definition. */
    private List<SagaLedger.Entry> all(String type, SagaStatus status) {
        List<SagaLedger.Entry> found = new ArrayList<>();
        Set<SagaId> seen = new HashSet<>();
        SagaLedger.Period period = null;
        List<SagaLedger.Entry> page;
        int fresh;
        do {
            page = ledger.search(new SagaLedger.Query(type, status, null, null, period, false, PAGE));
            fresh = 0;
            for (SagaLedger.Entry entry : page) {
                if (seen.add(entry.start().head().id())) {
                    found.add(entry);
                    fresh++;
                }
            }
            if (!page.isEmpty()) {
                Instant oldest = page.get(page.size() - 1).start().head().startedAt();
                period = new SagaLedger.Period(Instant.EPOCH, oldest.plusNanos(1_000));
            }
        } while (page.size() == PAGE && fresh > 0);
        return found;
    }
}
