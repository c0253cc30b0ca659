package io.tallystick.debezium;

import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the offsets of Debezium's LogMiner adapter mean. Two transactions may commit at one system change number (SCN), so an offset names
 * for each redo thread the last commit and every transaction of that very number: {@code commit_scn = "SCN:thread:tx-tx,…"}. An offset
 * without that key is a plain mark: everything that was committed up to its {@code scn}.
 *
 * @param scn from where the log is mined again; null when it is not told
 * @param commits by redo thread
 */
record OracleOffsets(@Nullable BigInteger scn, Map<String, Commit> commits) {

    /** The last commit of a redo thread. */
    record Commit(BigInteger scn, Set<String> transactions) {

        boolean covers(Commit other) {
            int order = scn.compareTo(other.scn);
            return order > 0 || order == 0 && transactions.containsAll(other.transactions);
        }
    }

    static OracleOffsets of(Map<String, Object> parts) {
        Map<String, Commit> commits = new TreeMap<>();
        Object told = parts.get("commit_scn");
        if (told != null && !told.toString().isEmpty()) {
            for (String each : told.toString().split(",")) {
                String[] fields = each.split(":", -1);
                Set<String> transactions =
                        fields.length < 3 || fields[2].isEmpty() ? Set.of() : Set.of(fields[2].split("-"));
                commits.put(fields.length < 2 ? "1" : fields[1], new Commit(number(fields[0]), transactions));
            }
        }
        Object scn = parts.get("scn");
        return new OracleOffsets(scn == null ? null : number(scn.toString()), commits);
    }

    private static BigInteger number(String text) {
        // the connector writes 'null' for a number that it does not know
        return text.equals("null") || text.isEmpty() ? BigInteger.ZERO : new BigInteger(text);
    }

    private boolean isMark() {
        return commits.isEmpty();
    }

    /** The highest number up to which everything that was committed has been told. More may come at the number of the last commit. */
    BigInteger reach() {
        BigInteger from = scn == null ? BigInteger.ZERO : scn;
        return isMark() ? from : last().max(from).subtract(BigInteger.ONE);
    }

    /** The number of the last commit. */
    BigInteger last() {
        return commits.values().stream().map(Commit::scn).reduce(BigInteger.ZERO, BigInteger::max);
    }

    /** Whether everything up to the other one is contained in this one. */
    boolean covers(OracleOffsets other) {
        if (other.isMark()) {
            return other.scn == null || reach().compareTo(other.scn) >= 0;
        }
        if (isMark()) {
            return reach().compareTo(other.last()) >= 0;
        }
        return other.commits.entrySet().stream().allMatch(each -> {
            Commit mine = commits.get(each.getKey());
            return mine == null ? reach().compareTo(each.getValue().scn()) >= 0 : mine.covers(each.getValue());
        });
    }
}
