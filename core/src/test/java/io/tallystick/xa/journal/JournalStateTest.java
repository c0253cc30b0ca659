package io.tallystick.xa.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.BranchXid;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalStateTest {

    @Test
    void an_end_that_an_older_release_has_kept_without_its_list_says_nothing_of_a_branch() {
        Gtrid gtrid = new Gtrid(1, 2, 3, 4, 5, Instant.EPOCH);
        List<Entry> written = List.of(new Entry.Remembered(gtrid, Instant.EPOCH));
        JournalState state = new JournalState();

        state.apply(written);

        assertThat(state.verdict(gtrid)).contains(Verdict.COMMIT);
        assertThat(state.verdict(new BranchXid(gtrid, 1, 7, 8))).isEmpty();
        assertThat(state.decision(gtrid)).isEmpty();
        assertThat(state.snapshot()).isEqualTo(written);
    }
}
