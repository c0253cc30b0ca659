package io.tallystick.bench.cdc;

import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tally bench cdc}: replication from PostgreSQL to PostgreSQL beside the server's own. */
@Command(
        name = "cdc",
        mixinStandardHelpOptions = true,
        description =
                "Drains backlogs of PostgreSQL's log into another PostgreSQL, beside the server's own logical replication;"
                        + " every copy is compared with its source.")
public final class CdcBench implements Callable<Integer> {

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Rounds; the first one warms up (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--small",
            defaultValue = "200000",
            description = "Transactions of one change (default: ${DEFAULT-VALUE}).")
    private int small;

    @Option(
            names = "--large",
            defaultValue = "500000",
            description = "Rows in one transaction (default: ${DEFAULT-VALUE}).")
    private int large;

    @Option(names = "--wide", defaultValue = "100000", description = "Rows of 16 columns (default: ${DEFAULT-VALUE}).")
    private int wide;

    @Override
    public Integer call() throws SQLException {
        DrainBench.run(new DrainBench.Sizes(small, large, wide), rounds);
        return 0;
    }
}
