package io.tallystick.xa;

import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Describes an {@link XaEngine}. Not thread-safe. */
public final class XaEngineBuilder {

    private static final long BITS_48 = (1L << 48) - 1;

    private final String service;
    private final Map<String, BranchDriver> resources = new LinkedHashMap<>();
    private final Map<String, InDoubtPolicy> policies = new LinkedHashMap<>();
    private final List<DecisionStore> decisions = new ArrayList<>();
    private Function<String, @Nullable BranchDriver> elsewhere = url -> null;
    private RemoteDecisions coordinators = RemoteDecisions.NONE;
    private XaSettings settings = XaSettings.standard();
    private XaMetrics metrics = XaMetrics.NONE;
    private @Nullable String node;
    private @Nullable XaRuntime runtime;

    XaEngineBuilder(String service) {
        if (service.isBlank()) {
            throw new IllegalArgumentException(
                    "the service's name is blank: expected the name that all its replicas share");
        }
        this.service = service;
    }

    /** A resource that takes part. */
    public XaEngineBuilder resource(BranchDriver driver) {
        BranchDriver twin = resources.put(driver.resource(), driver);
        if (twin != null) {
            throw new IllegalArgumentException("two resources are named '" + driver.resource() + "': rename one");
        }
        return this;
    }

    /** A decision store; the first is the standard one. One with the name of a resource is used when that resource takes part. */
    public XaEngineBuilder decisions(DecisionStore store) {
        decisions.add(store);
        return this;
    }

    public XaEngineBuilder settings(XaSettings other) {
        this.settings = other;
        return this;
    }

    /** A name for this process that stays over restarts, so that its peers need not wait for its lease; not needed for safety. */
    public XaEngineBuilder node(String label) {
        this.node = label;
        return this;
    }

    /** Resources in other services, by their URL, and the coordinators there. */
    public XaEngineBuilder remote(Function<String, @Nullable BranchDriver> branches, RemoteDecisions decisions) {
        this.elsewhere = branches;
        this.coordinators = decisions;
        return this;
    }

    /** Where the engine reports what it does; nowhere unless set. */
    public XaEngineBuilder metrics(XaMetrics other) {
        this.metrics = other;
        return this;
    }

    /** Another clock, chance and workers. */
    public XaEngineBuilder runtime(XaRuntime other) {
        this.runtime = other;
        return this;
    }

    /** Registers in the decision stores, and starts recovery. */
    public XaEngine open() {
        return build().start();
    }

    /**
     * What becomes of this resource's branches, left behind by another process, while their decision cannot be learned; they are held
     * otherwise. Transactions of this process itself are always held.
     */
    public XaEngineBuilder policy(String resource, InDoubtPolicy policy) {
        policies.put(resource, policy);
        return this;
    }

    XaEngine build() {
        for (String named : policies.keySet()) {
            if (!resources.containsKey(named)) {
                throw new RejectedException("an in-doubt policy is given for resource '" + named
                        + "', which is not configured; configured are " + resources.keySet());
            }
        }
        if (decisions.isEmpty()) {
            throw new RejectedException("service '" + service
                    + "' has no decision store: give one with decisions(…), usually in the database of one of "
                    + resources.keySet() + "; without it no transaction over two resources can be decided");
        }
        XaRuntime real = runtime == null ? XaRuntime.real() : runtime;
        long life = node == null ? real.random().nextLong() : (long) Gtrid.hash(node) << 16 ^ node.hashCode();
        Homes homes = new Homes(decisions, Gtrid.hash(service), life & BITS_48, settings.lease(), real.random());
        return new XaEngine(
                new Site(new Reach(resources, elsewhere), homes, settings, real, metrics),
                coordinators,
                policies,
                service);
    }
}
