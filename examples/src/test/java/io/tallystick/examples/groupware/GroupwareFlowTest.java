package io.tallystick.examples.groupware;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.FlowContract;
import io.tallystick.jdbc.Jdbc;
import org.junit.jupiter.api.Test;

/** Every scene of the flow, with its fault, between real processes; then the books of five databases, and that they can fail. */
class GroupwareFlowTest extends FlowContract {

    GroupwareFlowTest() {
        super(new GroupwarePlay());
    }

    @Test
    void what_somebody_changes_doubles_or_leaves_at_a_target_is_found() {
        Groupware groupware = new Groupware(world);
        AccountHolders holders = new AccountHolders();
        GroupwareBooks books = new GroupwareBooks(new Books(world), holders, groupware);
        assertThat(stage.await(() -> books.behind().isEmpty())).isTrue();
        Jdbc mail = world.books(Groupware.MAIL);
        Jdbc calendar = world.books(Groupware.CALENDAR);
        mail.run(tx -> tx.update("INSERT INTO mailbox (id, account_id, name, owner)"
                + " SELECT 'double', account_id, name, owner FROM mailbox WHERE name = 'old1/INBOX'"));
        calendar.run(tx -> tx.update("UPDATE calendar SET title = 'edited' WHERE account_id = 2"));
        calendar.run(tx -> tx.update("INSERT INTO calendar VALUES (gen_random_uuid(), 777777, 'of nobody')"));

        assertThat(books.behind()).containsExactlyInAnyOrder(1L, 2L, 777777L);
        assertThat(books.check().stream().filter(check -> !check.ok()).map(Check::name))
                .contains(
                        "Every account has exactly its two mailboxes, in MariaDB",
                        "Every account has exactly its calendar, in PostgreSQL",
                        "Rows that removed accounts left behind in four databases");

        mail.run(tx -> tx.update("DELETE FROM mailbox WHERE id = 'double'"));
        calendar.run(tx -> tx.update("UPDATE calendar SET title = '오랜이2의 일정' WHERE account_id = 2"));
        calendar.run(tx -> tx.update("DELETE FROM calendar WHERE account_id = 777777"));
        assertThat(books.behind()).isEmpty();
    }

    @Test
    void nothing_stands_in_the_way_of_the_file_that_is_shown() {
        try (PipelineRun run = PipelineRun.of(new Groupware(world).spec())) {
            assertThat(run.examine()).isEmpty();
        }
    }
}
