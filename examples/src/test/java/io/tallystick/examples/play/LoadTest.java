package io.tallystick.examples.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.examples.Demo;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.DemoReport;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The demo under load, as {@code tally demo} runs it. */
class LoadTest {

    @Test
    void a_few_seconds_of_points_by_sagas_and_by_two_phase_commit_with_every_fault_leave_only_agreeing_books() {
        Set<Flow> points = Set.of(Flow.POINTS, Flow.POINTS_2PC);
        everythingHolds(new DemoOptions(points, 7, false, EnumSet.allOf(Fault.class), 5, Duration.ofSeconds(5)));
    }

    @Test
    void a_few_seconds_of_accounts_with_every_fault_leave_only_agreeing_books() {
        everythingHolds(new DemoOptions(
                Set.of(Flow.GROUPWARE), 9, false, EnumSet.allOf(Fault.class), 8, Duration.ofSeconds(5)));
    }

    @Test
    @Tag("soak")
    void five_minutes_of_all_flows_with_every_fault_leave_only_agreeing_books() {
        everythingHolds(new DemoOptions(
                EnumSet.allOf(Flow.class), 11, false, EnumSet.allOf(Fault.class), 10, Duration.ofMinutes(5)));
    }

    @Test
    void the_same_seed_plans_the_same_faults_and_another_seed_others() {
        var roles = new io.tallystick.examples.transfer.TransferPlay().roles();
        Duration time = Duration.ofMinutes(1);
        Set<Fault> all = EnumSet.allOf(Fault.class);

        List<FaultPlan.Strike> strikes = FaultPlan.of(3, all, roles, time).strikes();

        assertThat(FaultPlan.of(3, all, roles, time).strikes())
                .isEqualTo(strikes)
                .isNotEmpty();
        assertThat(FaultPlan.of(4, all, roles, time).strikes()).isNotEqualTo(strikes);
    }

    private static void everythingHolds(DemoOptions options) {
        DemoReport report = Demo.run(options, DemoListener.silent());

        assertThat(report.checks())
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.ok()).as(check.toString()).isTrue());
        assertThat(report.counters().total().started()).isPositive();
        assertThat(report.counters().total().unfinished()).isZero();
    }
}
