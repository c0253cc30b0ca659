package io.tallystick.saga;

import io.tallystick.message.Phase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that can happen next in a situation: the normal course, each fault, and each act of a person. */
final class Surprises {

    /** One thing that can happen, in words, and where it leads. */
    record Next(String words, Situation to) {}

    private final StubParticipant participants;
    private final StubParticipant local;
    private final List<Next> found = new ArrayList<>();

    Surprises(StubParticipant participants) {
        this.participants = participants;
        this.local = new StubParticipant(participants.models(), false);
    }

    List<Next> of(Situation at) {
        found.clear();
        at.late().forEach(token -> lateRequest(at, token));
        if (!at.saga().status().ended()) {
            at.sent().forEach(token -> underWay(at, token));
            at.waiting().forEach(token -> add("the time for " + words(token) + " has come", at.send(token)));
            outside(at);
            if (at.saga().status() == SagaStatus.PARKED && at.budget().acts() > 0) {
                person(at.with(at.budget().act()));
            }
        }
        return List.copyOf(found);
    }

    private void underWay(Situation at, StepToken token) {
        switch (at.saga().graph().step(token.step()).kind()) {
            case DELAY -> hear("the delay " + words(token) + " is over", at, done(token));
            case LOCAL -> localWork(at, token);
            default -> request(at, token);
        }
    }

    /** Effect and event are one commit: if the answer does not count, the effect is rolled back. */
    private void localWork(Situation at, StepToken token) {
        Situation answered = at.answered(token);
        Situation heard = answered.hear(done(token));
        if (heard != null) {
            add(
                    words(token) + " is done",
                    heard.in(local.take(at.world(), token)
                            .world()
                            .at(heard.saga().status())));
        }
        if (at.budget().faults() > 0) {
            if (refuses(at, token)) {
                hear(words(token) + " is refused", answered.faulty(), refused(token));
            }
            hear(words(token) + " is rolled back", answered.with(outage(at, token)), unknown(token, false));
        }
    }

    private void request(Situation at, StepToken token) {
        StubParticipant.Treated treated = participants.take(at.world(), token);
        SagaEvent answer = treated.done() ? done(token) : refused(token);
        Situation took = at.answered(token).in(treated.world());
        hear(words(token) + (treated.done() ? " is done" : " is refused as it was before"), took, answer);
        if (at.budget().faults() == 0 && token.attempt() == 1) {
            return;
        }
        Situation lost = at.answered(token).with(outage(at, token));
        hear(words(token) + " happens but its reply is lost", lost.in(treated.world()), unknown(token, true));
        hear(words(token) + " never arrives, nobody knows", lost, unknown(token, true));
        hear(words(token) + " is not delivered, for certain", lost, unknown(token, at.maybeSent(token)));
        if (at.budget().faults() > 0) {
            if (refuses(at, token) && !participants.decided(at.world(), token)) {
                World said = participants.refuse(at.world(), token);
                hear(words(token) + " is refused", at.answered(token).in(said).faulty(), refused(token));
            }
            hear(
                    words(token) + " is slow and given up waiting for",
                    at.overdue(token).faulty(),
                    unknown(token, true));
            hear(
                    words(token) + " is done, and a copy of it is under way",
                    at.overdue(token).in(treated.world()).faulty(),
                    answer);
        }
    }

    private void lateRequest(Situation at, StepToken token) {
        StubParticipant.Treated treated = participants.take(at.world(), token);
        Situation arrived = at.arrived(token).in(treated.world());
        SagaEvent answer = treated.done() ? done(token) : refused(token);
        add("a late copy of " + words(token) + " arrives", arrived.hearOrNot(answer));
    }

    private void outside(Situation at) {
        if (at.budget().faults() == 0) {
            return;
        }
        if (at.sent().stream().anyMatch(at::external)) {
            add("the engine crashes and another takes over", at.takenOver().faulty());
        }
        if (!at.saga().backward() && at.saga().cause() == null) {
            hear("somebody cancels", at.faulty(), new SagaEvent.CancelRequested("somebody", "changed their mind"));
            if (at.saga().graph().deadline() != null) {
                hear("the deadline passes", at.faulty(), new SagaEvent.DeadlinePassed(at.now()));
            }
        }
    }

    /** An honest person: says what is so, after making sure that no request is under way any more. */
    private void person(Situation at) {
        for (StepState step : at.saga().steps()) {
            if (step.status().parked()) {
                person(at, step, at.world().times(step.token().step()) > 0);
            }
        }
        if (at.saga().backward()) {
            hear("a person resumes it", at, act(Verb.RESUME, null));
        }
    }

    private void person(Situation at, StepState step, boolean happened) {
        String name = step.token().step();
        boolean undo = step.status() == StepStatus.UNDO_PARKED;
        String what = (undo ? "the compensation of '" : "'") + name + "'";
        hear("a person retries " + what, at, act(Verb.RETRY, name));
        if (at.requestsUnderWay(name)) {
            return;
        }
        if (happened != undo) {
            hear("a person marks " + what + " done", at, act(Verb.MARK_DONE, name));
        } else if (!undo) {
            hear("a person skips " + what, at, act(Verb.SKIP, name));
        }
        boolean pivot = at.saga().graph().step(name).pivot();
        if (!undo && (!pivot || !happened)) {
            hear("a person takes it back", at, act(Verb.COMPENSATE, pivot ? name : null));
        }
    }

    private void hear(String words, Situation at, SagaEvent event) {
        Situation heard = at.hear(event);
        if (heard != null) {
            add(words, heard);
        }
    }

    private void add(String words, Situation to) {
        found.add(new Next(words, to));
    }

    /** An outage that goes on costs no second fault. */
    private static Situation.Budget outage(Situation at, StepToken token) {
        return token.attempt() > 1 ? at.budget() : at.budget().fault();
    }

    private static boolean refuses(Situation at, StepToken token) {
        return token.phase() == Phase.ACTION
                && at.saga().graph().step(token.step()).traits().refuses();
    }

    private static String words(StepToken token) {
        return (token.phase() == Phase.ACTION ? "'" : "the compensation of '") + token.step() + "'";
    }

    private static SagaEvent done(StepToken token) {
        return new SagaEvent.StepDone(token, null);
    }

    private static SagaEvent refused(StepToken token) {
        return new SagaEvent.StepWasRefused(token, "NO", "explored");
    }

    private static SagaEvent unknown(StepToken token, boolean mayHaveRun) {
        return new SagaEvent.StepUnknown(token, "explored", mayHaveRun);
    }

    private static SagaEvent act(Verb verb, @Nullable String step) {
        return new SagaEvent.Intervened(new Intervention(verb, "a person", "explored", step, null));
    }
}
