package io.tallystick.saga;

import io.tallystick.message.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One moment of an explored saga: its stored state, the participants' databases, and what is under way between them.
 *
 * @param waiting attempts whose time has not come
 * @param sent attempts under way, whose answer is awaited
 * @param late requests under way that nobody waits for any more; they may arrive at any time or never
 * @param maybeSent attempts made again by a new owner, which cannot know whether the old one had sent them
 */
record Situation(SagaState saga, World world, Instant now, Traffic traffic, Budget budget) {

    /** What is under way. */
    record Traffic(Set<String> waiting, Set<String> sent, Set<String> late, Set<String> maybeSent) {
        static final Traffic NONE = new Traffic(Set.of(), Set.of(), Set.of(), Set.of());
    }

    /** How many faults may still happen and how often a person may still act; whether one did. */
    record Budget(int faults, int acts, boolean person) {
        Budget fault() {
            return new Budget(faults - 1, acts, person);
        }

        Budget act() {
            return new Budget(faults, acts - 1, true);
        }
    }

    static Situation begin(SagaGraph graph, World world, int faults, int acts) {
        SagaHead head = new SagaHead(new SagaId(1), "explored", "explored", Instant.EPOCH, null);
        Decision<SagaState, SagaEffect> begun = SagaMachine.begin(head, graph, Payload.of("{}"));
        Situation empty =
                new Situation(begun.next(), world, Instant.EPOCH, Traffic.NONE, new Budget(faults, acts, false));
        return empty.after(begun);
    }

    /** The machine hears the event; null if it does not count. */
    @Nullable
    Situation hear(SagaEvent event) {
        Decision<SagaState, SagaEffect> decision = SagaMachine.decide(saga, event, now);
        return decision.counts() ? after(decision) : null;
    }

    Situation hearOrNot(SagaEvent event) {
        Situation heard = hear(event);
        return heard == null ? this : heard;
    }

    Situation in(World changed) {
        return new Situation(saga, changed, now, traffic, budget);
    }

    Situation with(Budget left) {
        return new Situation(saga, world, now, traffic, left);
    }

    Situation faulty() {
        return with(budget.fault());
    }

    /** The attempt's time has come. */
    Situation send(StepToken token) {
        Instant due = saga.step(token.step()).due();
        Situation later = due == null || !due.isAfter(now) ? this : new Situation(saga, world, due, traffic, budget);
        return later.settle(without(traffic.waiting, token), with(traffic.sent, token), traffic.late);
    }

    /** Nobody waits for this request any more, but it is still under way. */
    Situation overdue(StepToken token) {
        return settle(traffic.waiting, without(traffic.sent, token), with(traffic.late, token));
    }

    Situation answered(StepToken token) {
        return settle(traffic.waiting, without(traffic.sent, token), traffic.late);
    }

    Situation arrived(StepToken token) {
        return settle(traffic.waiting, traffic.sent, without(traffic.late, token));
    }

    /** Another owner replays the stored events and makes every awaited attempt again. */
    Situation takenOver() {
        Set<String> again = new TreeSet<>(traffic.maybeSent);
        Set<String> late = new TreeSet<>(traffic.late);
        for (String text : traffic.sent) {
            if (external(token(text))) {
                again.add(text);
                late.add(text);
            }
        }
        Traffic after = new Traffic(traffic.waiting, traffic.sent, late, again);
        return new Situation(saga, world, now, after, budget);
    }

    boolean external(StepToken token) {
        StepKind kind = saga.graph().step(token.step()).kind();
        return kind.external() || kind == StepKind.SAGA;
    }

    List<StepToken> waiting() {
        return tokens(traffic.waiting);
    }

    List<StepToken> sent() {
        return tokens(traffic.sent);
    }

    List<StepToken> late() {
        return tokens(traffic.late);
    }

    boolean maybeSent(StepToken token) {
        return traffic.maybeSent.contains(token.toString());
    }

    boolean requestsUnderWay(String step) {
        return late().stream().anyMatch(token -> token.step().equals(step));
    }

    /** Two situations of one key have the same future. */
    String key() {
        StringBuilder key = new StringBuilder();
        key.append(saga.status()).append(saga.backward()).append(saga.cause() != null);
        for (StepState step : saga.steps()) {
            Instant due = step.due();
            key.append(';').append(step.status()).append(step.token()).append(step.mayHaveRun());
            key.append(due != null && due.isAfter(now));
        }
        for (SagaEvent.Answer kept : saga.progress().waiting().stash()) {
            key.append('/').append(kept);
        }
        return key.append(world.fingerprint()).append(traffic).append(budget).toString();
    }

    private Situation after(Decision<SagaState, SagaEffect> decision) {
        Set<String> waiting = new TreeSet<>(traffic.waiting);
        Set<String> sent = new TreeSet<>(traffic.sent);
        SagaState next = decision.next();
        for (SagaEffect effect : decision.effects()) {
            if (effect instanceof SagaEffect.Invoke invoke) {
                (invoke.due().isAfter(now) ? waiting : sent).add(invoke.token().toString());
            } else if (effect instanceof SagaEffect.Notify notify) {
                next = SagaMachine.decide(next, new SagaEvent.Notified(notify.notice(), true), now)
                        .next();
            }
        }
        Situation moved = new Situation(next, world.at(next.status()), now, traffic, budget);
        return moved.settle(waiting, sent, traffic.late);
    }

    /** Attempts that are no longer awaited: those not sent are dropped, the others are still under way. */
    private Situation settle(Set<String> waiting, Set<String> sent, Set<String> late) {
        Set<String> stillWaiting = new TreeSet<>(waiting);
        Set<String> stillSent = new TreeSet<>(sent);
        Set<String> nowLate = new TreeSet<>(late);
        stillWaiting.removeIf(text -> !saga.awaits(token(text)));
        for (String text : sent) {
            if (!saga.awaits(token(text))) {
                stillSent.remove(text);
                if (external(token(text))) {
                    nowLate.add(text);
                }
            }
        }
        Traffic after = new Traffic(stillWaiting, stillSent, nowLate, traffic.maybeSent);
        return new Situation(saga, world, now, after, budget);
    }

    private static Set<String> with(Set<String> tokens, StepToken token) {
        Set<String> more = new TreeSet<>(tokens);
        more.add(token.toString());
        return more;
    }

    private static Set<String> without(Set<String> tokens, StepToken token) {
        Set<String> fewer = new TreeSet<>(tokens);
        fewer.remove(token.toString());
        return fewer;
    }

    private static List<StepToken> tokens(Set<String> texts) {
        List<StepToken> tokens = new ArrayList<>();
        texts.forEach(text -> tokens.add(token(text)));
        return tokens;
    }

    private static StepToken token(String text) {
        int slash = text.lastIndexOf('/');
        int hash = text.indexOf('#', slash);
        int dot = text.indexOf('.', hash);
        Phase phase = text.substring(slash + 1, hash).equals("action") ? Phase.ACTION : Phase.COMPENSATION;
        return new StepToken(
                text.substring(0, slash),
                phase,
                Integer.parseInt(text.substring(hash + 1, dot)),
                Integer.parseInt(text.substring(dot + 1)));
    }
}
