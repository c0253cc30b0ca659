package io.tallystick.mysql.cdc;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.jdbc.CorruptionException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Types of MariaDB and MySQL on disk, part by part. Stateless. */
final class MySqlColumnTypes implements ColumnTypes {

    @Override
    public void write(ColumnType type, DataOutput out) throws IOException {
        if (!(type instanceof MySqlType known)) {
            throw new IllegalArgumentException(type.declared() + " is no type of MariaDB or MySQL");
        }
        out.writeUTF(known.form().name());
        out.writeInt(known.size());
        out.writeInt(known.scale());
        out.writeBoolean(known.unsigned());
        out.writeUTF(known.characterSet());
        out.writeInt(known.labels().size());
        for (String label : known.labels()) {
            out.writeUTF(label);
        }
    }

    @Override
    public MySqlType read(DataInput in) throws IOException {
        ColumnForm form = form(in.readUTF());
        int size = in.readInt();
        int scale = in.readInt();
        boolean unsigned = in.readBoolean();
        String characterSet = in.readUTF();
        List<String> labels = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            labels.add(in.readUTF());
        }
        return new MySqlType(form, size, scale, unsigned, characterSet, labels);
    }

    private static ColumnForm form(String name) {
        for (ColumnForm form : ColumnForm.values()) {
            if (form.name().equals(name)) {
                return form;
            }
        }
        throw new CorruptionException("a type written in the form '" + name
                + "', which this version does not know; let the version that wrote it read it");
    }
}
