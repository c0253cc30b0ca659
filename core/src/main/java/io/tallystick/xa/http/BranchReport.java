package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a response says of the branches that its request has prepared: {@code
 * v1;<service>;<vote>;<branch>,<branch>…;<reason>;<signature>}, where a vote is P (prepared), R (read only, nothing to finish), N (rolled
 * back) or C (rolled back: an earlier branch of the same transaction holds the locks), and a branch is {@code
 * resource|qualifier|incarnation|hint}. The branches of services that were called in turn are among them: a coordinator needs no tree.
 *
 * @param branches with resources named {@code service/resource}
 * @param reason of a no, for people
 */
record BranchReport(String service, char vote, List<Voted> branches, String reason) {

    /** Header of a response. */
    static final String HEADER = "Tally-Branch";

    /** Servers and proxies refuse headers beyond 8 KiB, and others need room too. About 40 branches. */
    static final int LONGEST = 6_000;

    static final char PREPARED = 'P';
    static final char READ_ONLY = 'R';
    static final char ROLLED_BACK = 'N';
    static final char CONFLICT = 'C';

    private static final String VOTES = "PRNC";
    private static final int LONGEST_REASON = 300;

    BranchReport {
        branches = List.copyOf(branches);
        reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "…" : reason;
    }

    static BranchReport no(String service, char vote, String reason) {
        return new BranchReport(service, vote, List.of(), reason);
    }

    String header(Gtrid gtrid, KeyRing keys) {
        List<String> encoded = branches.stream()
                .map(b -> String.join(
                        "|", code(b.resource()), b.xid().qualifier(), code(b.incarnation()), code(b.hint())))
                .toList();
        String said = "v1;" + service + ";" + vote + ";" + String.join(",", encoded) + ";" + code(reason);
        return said + ";" + keys.sign(gtrid + ";" + said);
    }

    /**
     * @throws RejectedException when it cannot be read, its signature is wrong, or it is not from this service
     */
    static BranchReport read(String header, Gtrid gtrid, String service, KeyRing keys) {
        int end = header.lastIndexOf(';');
        String[] parts = end < 0 ? new String[0] : header.substring(0, end).split(";", -1);
        if (parts.length != 5 || !parts[0].equals("v1") || parts[2].length() != 1 || !VOTES.contains(parts[2])) {
            throw new RejectedException("header " + HEADER + " of service '" + service + "' cannot be read");
        }
        keys.verify(gtrid + ";" + header.substring(0, end), header.substring(end + 1), "service '" + service + "'");
        if (!parts[1].equals(service)) {
            throw new RejectedException("service '" + service + "' was called, '" + parts[1] + "' reports branches");
        }
        List<Voted> branches = new ArrayList<>();
        for (String branch : parts[3].isEmpty() ? new String[0] : parts[3].split(",")) {
            branches.add(branch(branch, gtrid, service));
        }
        return new BranchReport(service, parts[2].charAt(0), branches, plain(parts[4]));
    }

    private static Voted branch(String text, Gtrid gtrid, String service) {
        String[] fields = text.split("\\|", -1);
        if (fields.length != 4) {
            throw new RejectedException("service '" + service + "' reports a branch that cannot be read");
        }
        BranchXid xid = BranchXid.of(gtrid, fields[1])
                .orElseThrow(() ->
                        new RejectedException("service '" + service + "' reports a branch whose id cannot be read"));
        return new Voted(xid, plain(fields[0]), plain(fields[2]), plain(fields[3]));
    }

    private static String code(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String plain(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
