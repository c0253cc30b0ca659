package io.tallystick.postgres.type;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Shapes in a plane: doubles one after the other (utils/adt/geo_ops.c). Stateless. */
final class GeometryForm {

    private GeometryForm() {}

    static Object point(ByteBuffer in) {
        return "(" + number(in) + "," + number(in) + ")";
    }

    static Object segment(ByteBuffer in) {
        return "[" + points(in, 2) + "]";
    }

    static Object box(ByteBuffer in) {
        return points(in, 2);
    }

    static Object line(ByteBuffer in) {
        return "{" + number(in) + "," + number(in) + "," + number(in) + "}";
    }

    static Object circle(ByteBuffer in) {
        return "<" + point(in) + "," + number(in) + ">";
    }

    static Object path(ByteBuffer in) {
        boolean closed = in.get() != 0;
        String points = points(in, in.getInt());
        return closed ? "(" + points + ")" : "[" + points + "]";
    }

    static Object polygon(ByteBuffer in) {
        return "(" + points(in, in.getInt()) + ")";
    }

    private static String points(ByteBuffer in, int count) {
        List<String> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            points.add((String) point(in));
        }
        return String.join(",", points);
    }

    private static String number(ByteBuffer in) {
        return TextForm.of(in.getDouble());
    }
}
