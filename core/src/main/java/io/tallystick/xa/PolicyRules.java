package io.tallystick.xa;

import io.tallystick.xa.DecisionRecord.Voted;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends branches whose decision cannot be learned, as the policy of their resource says; evidence first. Thread-safe. */
final class PolicyRules {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyRules.class);

    /** Whether all of these have been seen for this long. */
    interface Age {
        boolean olderThan(List<Voted> branches, Duration age);
    }

    private final Site site;
    private final Map<String, InDoubtPolicy> policies;

    PolicyRules(Site site, Map<String, InDoubtPolicy> policies) {
        this.site = site;
        this.policies = Map.copyOf(policies);
    }

    /** @param why nobody can be asked */
    void apply(BranchDriver driver, List<Voted> branches, Age age, String why) {
        InDoubtPolicy policy = policies.getOrDefault(driver.resource(), InDoubtPolicy.HOLD);
        Verdict verdict = policy.verdict();
        if (verdict == null || !age.olderThan(branches, policy.after())) {
            return;
        }
        for (Voted branch : branches) {
            if (site.backlog().isKeptAnywhere(record(branch, verdict, policy, why))) {
                site.meters().report(m -> m.heuristic(branch.resource(), verdict));
                end(branch, verdict);
            } else {
                LOG.error("{} is held: no decision store takes the evidence of what its policy demands", branch.xid());
            }
        }
    }

    private HeuristicRecord record(Voted branch, Verdict verdict, InDoubtPolicy policy, String why) {
        return new HeuristicRecord(
                branch.xid(),
                branch.resource(),
                verdict,
                verdict == Verdict.COMMIT ? Ack.Found.COMMITTED : Ack.Found.ROLLED_BACK,
                "the policy of resource '" + branch.resource() + "' decided: " + verdict + " after " + policy.after()
                        + " without an answer: " + why,
                site.clock().instant());
    }

    private void end(Voted branch, Verdict verdict) {
        Ack ack = site.finish(branch, verdict == Verdict.COMMIT, site.settings().prepareBudget());
        LOG.error(
                "{} on '{}' was ended by policy, {}: {}. Compare its databases when its decision can be read again",
                branch.xid(),
                branch.resource(),
                verdict,
                ack);
    }
}
