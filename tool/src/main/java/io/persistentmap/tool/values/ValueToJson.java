package io.persistentmap.tool.values;

import com.fasterxml.jackson.core.JsonGenerator;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ClassTable;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.serializer.SerializationException;
import java.io.IOException;
import java.util.Base64;

/** Decodes one value, and writes it as JSON on the way. */
final class ValueToJson {
  static final int TAG_NULL = 0;
  static final int TAG_ENUM = 22;
  static final int TAG_RECORD = 23;
  static final int TAG_OBJECT = 24;
  static final int TAG_CLASS = 25;

  /** In place of a reference: an object that was not there yet. */
  static final int NEW_OBJECT = 1;

  /** Content is put off from a greater depth on, which JSON would not tell. */
  static final int DEEPEST = 60;

  /** Decodes what needs no class. */
  static final Codec SCALARS =
      new Codec(ClassTable.NONE, CodecOptions.of(ClassLoader.getPlatformClassLoader()));

  private final ClassDescriptions classes;
  private final ByteReader in;
  private final JsonGenerator out;
  private int depth;

  private ValueToJson(ClassDescriptions classes, ByteReader in, JsonGenerator out) {
    this.classes = classes;
    this.in = in;
    this.out = out;
  }

  /**
   * Writes a value.
   *
   * @throws NotExpressibleException if there is no JSON for it; some may have been written
   */
  static void write(ClassDescriptions classes, byte[] bytes, int from, int to, JsonGenerator out)
      throws IOException, NotExpressibleException {
    ByteReader in = new ByteReader(bytes, from, to);
    try {
      new ValueToJson(classes, in, out).value();
    } catch (SerializationException | IndexOutOfBoundsException e) {
      throw new NotExpressibleException("not decodable: " + e.getMessage());
    }
    if (in.remaining() > 0) {
      throw new NotExpressibleException(in.remaining() + " bytes behind the value");
    }
  }

  private void value() throws IOException, NotExpressibleException {
    int start = in.position();
    int tag = in.readByte();
    switch (tag) {
      case TAG_NULL -> out.writeNull();
      case TAG_ENUM -> constant();
      case TAG_RECORD -> record();
      case TAG_OBJECT -> object();
      case TAG_CLASS -> classValue();
      default -> {
        in.reset(in.array(), start, in.limit());
        Scalars.write(SCALARS.read(in), out);
      }
    }
  }

  private Description description(String layout) throws NotExpressibleException {
    Description description = classes.of(in.readVarInt());
    if (!description.layout().equals(layout)) {
      throw new NotExpressibleException(description.name() + " is no " + layout);
    }
    return description;
  }

  private void constant() throws IOException, NotExpressibleException {
    Description description = description("enum");
    out.writeStartObject();
    out.writeStringField("enum", classes.label(description));
    out.writeFieldName("value");
    value();
    out.writeEndObject();
  }

  private void classValue() throws IOException, NotExpressibleException {
    out.writeStartObject();
    out.writeStringField("type", "class");
    out.writeStringField("value", classes.label(description("class")));
    out.writeEndObject();
  }

  private void record() throws IOException, NotExpressibleException {
    Description description = description("stable-record");
    begin(description);
    fields(description);
    end();
  }

  private void object() throws IOException, NotExpressibleException {
    Description description = classes.of(in.readVarInt());
    int reference = in.readVarInt();
    if (reference != NEW_OBJECT) {
      out.writeStartObject();
      out.writeNumberField("same", reference - NEW_OBJECT - 1);
      out.writeStringField("class", classes.label(description));
      out.writeEndObject();
      return;
    }
    begin(description);
    content(description);
    end();
  }

  private void begin(Description description) throws IOException, NotExpressibleException {
    if (++depth > DEEPEST) {
      throw new NotExpressibleException("nested too deep");
    }
    out.writeStartObject();
    out.writeStringField("class", classes.label(description));
  }

  private void end() throws IOException {
    depth--;
    out.writeEndObject();
  }

  private void content(Description description) throws IOException, NotExpressibleException {
    switch (description.layout()) {
      case "object", "record" -> fields(description);
      case "array" -> elements(description.name().substring(1), in.readVarInt());
      case "custom" -> custom();
      case "values" -> values("heads", description.heads());
      case "holder" -> {
        values("heads", description.heads());
        values("values", description.values());
        fields(description);
      }
      case "list", "set" -> {
        values("heads", description.heads());
        fields(description);
        elements("", in.readVarInt());
      }
      case "map" -> {
        values("heads", description.heads());
        fields(description);
        pairs();
      }
      default -> throw new NotExpressibleException("layout " + description.layout());
    }
  }

  private void custom() throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readBytes(bytes, 0, bytes.length);
    out.writeStringField("bytes", Base64.getEncoder().encodeToString(bytes));
  }

  private void values(String name, int count) throws IOException, NotExpressibleException {
    if (count > 0) {
      out.writeArrayFieldStart(name);
      for (int i = 0; i < count; i++) {
        value();
      }
      out.writeEndArray();
    }
  }

  private void fields(Description description) throws IOException, NotExpressibleException {
    if (!description.fields().isEmpty()) {
      out.writeObjectFieldStart("fields");
      for (Description.Field field : description.fields()) {
        out.writeFieldName(field.label());
        typed(field.type());
      }
      out.writeEndObject();
    }
  }

  private void elements(String type, int count) throws IOException, NotExpressibleException {
    out.writeArrayFieldStart("elements");
    for (int i = 0; i < count; i++) {
      typed(type);
    }
    out.writeEndArray();
  }

  private void pairs() throws IOException, NotExpressibleException {
    out.writeArrayFieldStart("entries");
    for (int i = in.readVarInt(); i > 0; i--) {
      out.writeStartArray();
      value();
      value();
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  /** Writes what is declared with a type: its name, or the letter that it has in arrays. */
  private void typed(String type) throws IOException, NotExpressibleException {
    switch (type) {
      case "boolean", "Z" -> out.writeBoolean(in.readByte() != 0);
      case "byte", "B" -> out.writeNumber((int) in.readByte());
      case "short", "S" -> out.writeNumber((int) in.readShort());
      case "char", "C" -> Scalars.writeString(Character.toString((char) in.readShort()), out);
      case "int", "I" -> out.writeNumber(in.readInt());
      case "long", "J" -> Scalars.writeLong(in.readLong(), out);
      case "float", "F" -> Scalars.writeFloat(Float.intBitsToFloat(in.readInt()), out);
      case "double", "D" -> Scalars.writeDouble(Double.longBitsToDouble(in.readLong()), out);
      default -> value();
    }
  }
}
