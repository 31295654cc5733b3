package io.persistentmap.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import io.persistentmap.tool.values.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;

/** Runs the tool in this process. */
final class Tool {
  private Tool() {}

  /**
   * What a command did.
   *
   * @param code exit status
   * @param out what it printed
   * @param err what it printed on stderr
   */
  record Result(int code, String out, String err) {
    /** Returns what was printed as JSON, all of it. */
    Map<?, ?> json() throws IOException {
      try (JsonParser parser = Json.FACTORY.createParser(out)) {
        parser.nextToken();
        Object json = Json.read(parser);
        assertThat(parser.nextToken()).isNull();
        assertThat(json).isInstanceOf(Map.class);
        return (Map<?, ?>) json;
      }
    }
  }

  static Result run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    int code =
        Main.run(commandLine, Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Result(code, out.toString(), err.toString());
  }

  /** Runs a command that must say something on one line, and fail with a code. */
  static String refused(int code, Object... arguments) {
    Result result = run(arguments);
    assertThat(result.code()).as("%s", result).isEqualTo(code);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines().findFirst())
        .hasValueSatisfying(line -> assertThat(line).startsWith("pmap: "));
    assertThat(result.err()).doesNotContain("\tat ").doesNotContain("bug");
    return result.err();
  }

  /** Returns a number of some JSON. */
  static long number(Map<?, ?> json, String name) {
    Object value = json.get(name);
    assertThat(value).as("%s in %s", name, json).isInstanceOf(Json.Digits.class);
    return Long.parseLong(((Json.Digits) Objects.requireNonNull(value)).text());
  }

  /** Runs a command that must succeed, and returns its JSON. */
  static Map<?, ?> json(Object... arguments) throws IOException {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = "--json";
    Result result = run(all);
    assertThat(result.code()).as("%s", result).isZero();
    assertThat(result.err()).isEmpty();
    return result.json();
  }
}
