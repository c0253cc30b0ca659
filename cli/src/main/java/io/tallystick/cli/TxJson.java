package io.tallystick.cli;

import io.tallystick.xa.Ack;
import io.tallystick.xa.DecisionStore.Order;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.XaCase;
import io.tallystick.xa.XaReceipt;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Transactions as JSON. What is not known is null and never left out, so that programs find every field. */
final class TxJson {

    private TxJson() {}

    static Map<String, @Nullable Object> of(XaCase it) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("gtrid", it.gtrid().toString());
        map.put("phase", Words.json(it.phase()));
        map.put("decisionStore", it.home().store().isEmpty() ? null : it.home().store());
        map.put("coordinator", coordinator(it));
        map.put("coordinatorLives", coordinatorLives(it));
        map.put("startedAt", Words.json(it.gtrid().startedAt()));
        map.put("since", Words.json(it.since()));
        map.put("branches", it.parts().stream().map(TxJson::part).toList());
        map.put("heuristics", it.heuristics().stream().map(TxJson::of).toList());
        map.put("orders", it.orders().stream().map(TxJson::order).toList());
        map.put("choices", it.choices().stream().map(TxJson::choice).toList());
        map.put("notes", it.notes());
        return map;
    }

    /** Node and epoch, which name one life of one process. */
    static String coordinator(XaCase it) {
        return Long.toHexString(it.gtrid().node()) + "/" + it.gtrid().epoch();
    }

    /** Null when nobody can say, because the store with its lease cannot be read. */
    static @Nullable Boolean coordinatorLives(XaCase it) {
        return it.phase() == XaCase.Phase.UNKNOWN ? null : it.home().coordinatorLives();
    }

    private static Map<String, @Nullable Object> part(XaCase.Part part) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("number", part.xid().number());
        map.put("resource", part.resource());
        map.put("state", Words.json(part.state()));
        map.put("listed", part.listed());
        map.put("hint", part.hint());
        map.put("evidence", part.evidence());
        map.put("since", part.since() == null ? null : Words.json(part.since()));
        return map;
    }

    static Map<String, @Nullable Object> of(HeuristicRecord record) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("gtrid", record.branch().gtrid().toString());
        map.put("branch", record.branch().number());
        map.put("resource", record.resource());
        map.put("decided", Words.json(record.decided()));
        map.put("found", Words.json(record.found()));
        map.put("evidence", record.evidence());
        map.put("at", Words.json(record.at()));
        return map;
    }

    private static Map<String, @Nullable Object> order(Order order) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("who", order.who());
        map.put("what", order.what());
        map.put("why", order.why());
        map.put("at", Words.json(order.at()));
        return map;
    }

    private static Map<String, @Nullable Object> choice(XaCase.Choice choice) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("verdict", Words.json(choice.verdict()));
        map.put("possible", choice.possible());
        map.put("force", choice.force());
        map.put("means", choice.means());
        return map;
    }

    static Map<String, @Nullable Object> of(XaReceipt receipt) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("gtrid", receipt.gtrid().toString());
        map.put("result", Words.json(receipt.result()));
        map.put("text", receipt.text());
        map.put("branches", receipt.steps().stream().map(TxJson::step).toList());
        return map;
    }

    private static Map<String, @Nullable Object> step(XaReceipt.Step step) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("number", step.branch().number());
        map.put("resource", step.resource());
        map.put("told", Words.json(step.told()));
        map.put("answer", answer(step.answer()));
        return map;
    }

    static String answer(Ack ack) {
        if (ack instanceof Ack.Retry retry) {
            return "not yet: " + retry.reason();
        }
        if (ack instanceof Ack.Heuristic heuristic) {
            return Words.plain(heuristic.found()) + " by itself: " + heuristic.evidence();
        }
        return ack instanceof Ack.Done ? "done" : "absent";
    }
}
