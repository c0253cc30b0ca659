package io.tallystick.examples.play;

import io.tallystick.examples.Fault;
import io.tallystick.examples.world.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * What strikes which service when, computed from a seed before the run begins: the same seed plans the same faults.
 *
 * @param strikes in the order of time
 */
public record FaultPlan(List<Strike> strikes) {

    /**
     * One fault with a beginning and an end.
     *
     * @param at from the beginning of the run
     * @param service whom it strikes: a service, or a database with a server of its own
     * @param length until the window closes, or until the killed process is started again
     */
    public record Strike(Duration at, Fault fault, String service, Duration length) {}

    private static final Duration SHORT = Duration.ofSeconds(1);

    /** Plans windows and kills for these services over this time. Kills of one service never overlap. */
    public static FaultPlan of(long seed, Set<Fault> faults, List<Role> roles, Duration time) {
        SplittableRandom chance = new SplittableRandom(seed ^ 0xFA171);
        List<Strike> strikes = new ArrayList<>();
        List<String> services = names(roles, Role.Kind.SERVICE);
        List<String> orchestrators = names(roles, Role.Kind.ORCHESTRATOR);
        List<String> coordinators = names(roles, Role.Kind.COORDINATOR);
        Rhythm rhythm = new Rhythm(chance, time, strikes);
        rhythm.plan(
                faults,
                Fault.MAINTENANCE,
                having(services, "other-bank"),
                Duration.ofSeconds(12),
                Duration.ofSeconds(6));
        rhythm.plan(
                faults,
                Fault.SHIPPING_FAILS,
                having(services, "shipping"),
                Duration.ofSeconds(12),
                Duration.ofSeconds(4));
        rhythm.plan(faults, Fault.KILL_SERVICE, services, Duration.ofSeconds(6), SHORT);
        rhythm.plan(faults, Fault.KILL_ENGINE, orchestrators, Duration.ofSeconds(10), SHORT);
        rhythm.plan(faults, Fault.KILL_COORDINATOR, coordinators, Duration.ofSeconds(8), SHORT);
        rhythm.plan(faults, Fault.LOST_ANSWER, coordinators, Duration.ofSeconds(2), SHORT);
        rhythm.plan(faults, Fault.KILL_PIPELINE, names(roles, Role.Kind.PIPELINE), Duration.ofSeconds(9), SHORT);
        rhythm.plan(faults, Fault.KILL_SOURCE, alone(roles, home -> home == 0), Duration.ofSeconds(11), SHORT);
        List<String> targets = alone(roles, home -> home > 0);
        rhythm.plan(faults, Fault.KILL_TARGET, targets, Duration.ofSeconds(7), SHORT);
        rhythm.plan(faults, Fault.MAIL_DOWN, having(targets, "mail"), Duration.ofSeconds(13), Duration.ofSeconds(5));
        strikes.sort(Comparator.comparing(Strike::at));
        return new FaultPlan(List.copyOf(strikes));
    }

    private static List<String> having(List<String> services, String name) {
        return services.contains(name) ? List.of(name) : List.of();
    }

    /** Databases of pipelines that have a server of their own; the first of each pipeline is its source. */
    private static List<String> alone(List<Role> roles, IntPredicate wanted) {
        List<String> names = new ArrayList<>();
        for (Role role : roles) {
            for (int i = 0; i < role.homes().size() && role.kind() == Role.Kind.PIPELINE; i++) {
                if (role.homes().get(i).alone() && wanted.test(i)) {
                    names.add(role.homes().get(i).name());
                }
            }
        }
        return names;
    }

    private static List<String> names(List<Role> roles, Role.Kind kind) {
        return roles.stream()
                .filter(role -> role.kind() == kind)
                .map(Role::name)
                .toList();
    }

    /** About one strike in each period, somewhere in it. */
    private record Rhythm(SplittableRandom chance, Duration time, List<Strike> strikes) {

        void plan(Set<Fault> faults, Fault fault, List<String> services, Duration period, Duration longest) {
            if (!faults.contains(fault) || services.isEmpty()) {
                return;
            }
            for (Duration begin = Duration.ZERO; begin.compareTo(time) < 0; begin = begin.plus(period)) {
                Duration at = begin.plusMillis(chance.nextLong(period.toMillis() / 2));
                Duration length = Duration.ofMillis(longest.toMillis() / 2 + chance.nextLong(longest.toMillis() / 2));
                String service = services.get(chance.nextInt(services.size()));
                if (at.compareTo(time) < 0) {
                    strikes.add(new Strike(at, fault, service, length));
                }
            }
        }
    }
}
