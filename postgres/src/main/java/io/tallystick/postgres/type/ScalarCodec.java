package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Types whose values have no parts of other types. The send functions, by which a type says how it writes itself in binary, are what
 * identifies them: domains and many types of extensions share those of others.
 */
enum ScalarCodec implements Codec {
    BOOL("boolsend", ValueKind.BOOLEAN, in -> in.get() != 0, text -> text.startsWith("t")),
    INT2("int2send", ValueKind.INTEGER, in -> (long) in.getShort(), Long::valueOf),
    INT4("int4send", ValueKind.INTEGER, in -> (long) in.getInt(), Long::valueOf),
    INT8("int8send", ValueKind.INTEGER, ByteBuffer::getLong, Long::valueOf),
    OID("oidsend", ValueKind.INTEGER, in -> Integer.toUnsignedLong(in.getInt()), Long::valueOf),
    NUMERIC("numeric_send", ValueKind.DECIMAL, NumberForm::numeric, NumberForm::numericOf),
    FLOAT4("float4send", ValueKind.FLOAT, ByteBuffer::getFloat, Float::valueOf),
    FLOAT8("float8send", ValueKind.FLOAT, ByteBuffer::getDouble, Double::valueOf),
    TEXT("textsend varcharsend bpcharsend namesend citextsend xml_send", ValueKind.TEXT, BytesForm::text),
    ONE_BYTE("charsend", ValueKind.TEXT, BytesForm::oneByte),
    BYTES("byteasend", ValueKind.BYTES, BytesForm::bytes, BytesForm::bytesOf),
    DATE("date_send", ValueKind.DATE, TimeForm::date, TimeForm::dateOf),
    TIME("time_send", ValueKind.TIME, TimeForm::timeOfDay, TimeForm::timeOf),
    TIMETZ("timetz_send", ValueKind.OTHER, TimeForm::timeWithZone),
    TIMESTAMP("timestamp_send", ValueKind.TIMESTAMP, TimeForm::timestamp, TimeForm::timestampOf),
    TIMESTAMPTZ("timestamptz_send", ValueKind.INSTANT, TimeForm::instant, TimeForm::instantOf),
    INTERVAL("interval_send", ValueKind.INTERVAL, IntervalForm::read, IntervalForm::parse),
    UUID_("uuid_send", ValueKind.UUID, BytesForm::uuid, UUID::fromString),
    JSON("json_send", ValueKind.JSON, BytesForm::text),
    JSONB("jsonb_send", ValueKind.JSON, BytesForm::versioned),
    ENUM("enum_send", ValueKind.ENUM, BytesForm::text),
    BITS("bit_send varbit_send", ValueKind.BITS, BytesForm::bits),
    ADDRESS("inet_send cidr_send", ValueKind.OTHER, NetworkForm::address),
    CARD("macaddr_send macaddr8_send", ValueKind.OTHER, NetworkForm::card),
    POINT("point_send", ValueKind.OTHER, GeometryForm::point),
    SEGMENT("lseg_send", ValueKind.OTHER, GeometryForm::segment),
    BOX("box_send", ValueKind.OTHER, GeometryForm::box),
    LINE("line_send", ValueKind.OTHER, GeometryForm::line),
    CIRCLE("circle_send", ValueKind.OTHER, GeometryForm::circle),
    PATH("path_send", ValueKind.OTHER, GeometryForm::path),
    POLYGON("poly_send", ValueKind.OTHER, GeometryForm::polygon),
    SEARCH_VECTOR("tsvectorsend", ValueKind.OTHER, SearchForm::vector),
    SEARCH_QUERY("tsquerysend", ValueKind.OTHER, SearchForm::query),
    VERSIONED("jsonpath_send ltree_send lquery_send ltxtq_send", ValueKind.OTHER, BytesForm::versioned),
    LSN("pg_lsn_send", ValueKind.OTHER, BytesForm::lsn),
    TID("tidsend", ValueKind.OTHER, BytesForm::tid),
    XID("xidsend cidsend", ValueKind.OTHER, in -> Integer.toUnsignedString(in.getInt())),
    /** References to objects of this database. Every database reads their numbers, as other objects: only their names mean the same. */
    REFERENCE(
            "regprocsend regproceduresend regopersend regoperatorsend regclasssend regtypesend regcollationsend"
                    + " regrolesend regnamespacesend regconfigsend regdictionarysend regdatabasesend",
            ValueKind.OTHER,
            in -> Integer.toUnsignedString(in.getInt())),
    XID8("xid8send", ValueKind.OTHER, in -> Long.toUnsignedString(in.getLong())),
    SNAPSHOT("pg_snapshot_send txid_snapshot_send", ValueKind.OTHER, BytesForm::snapshot),
    NUMBERS("int2vectorsend oidvectorsend", ValueKind.OTHER, BytesForm::vector),
    HSTORE("hstore_send", ValueKind.OTHER, BytesForm::hstore),
    VECTOR("vector_send", ValueKind.OTHER, BytesForm::floats);

    private static final Map<String, ScalarCodec> BY_SEND = Stream.of(values())
            .flatMap(codec -> Stream.of(codec.sends.split(" ")).map(send -> Map.entry(send, codec)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private final String sends;
    private final ValueKind kind;
    private final Function<ByteBuffer, Object> binary;
    private final Function<String, Object> text;

    ScalarCodec(String sends, ValueKind kind, Function<ByteBuffer, Object> binary) {
        this(sends, kind, binary, text -> text);
    }

    ScalarCodec(String sends, ValueKind kind, Function<ByteBuffer, Object> binary, Function<String, Object> text) {
        this.sends = sends;
        this.kind = kind;
        this.binary = binary;
        this.text = text;
    }

    /** @param send the name of the type's send function */
    static @Nullable ScalarCodec of(String send) {
        return BY_SEND.get(send);
    }

    @Override
    public ValueKind kind() {
        return kind;
    }

    @Override
    public boolean readsBinary() {
        return this != REFERENCE;
    }

    /** An empty tsquery is sent as no node, which tsqueryrecv refuses (tsquery.c): only its text can be written. */
    @Override
    public boolean isPortable() {
        return this != REFERENCE && this != SEARCH_QUERY;
    }

    @Override
    public Object fromBinary(ByteBuffer in) {
        return binary.apply(in);
    }

    @Override
    public Object fromText(String value) {
        return text.apply(value);
    }
}
