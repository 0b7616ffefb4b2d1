package dev.lanepool.cli;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The options and parameters of a command. Its parts add theirs here rather than annotate fields: annotations are read by reflection, which
 * takes a tenth of a short run.
 *
 * <p>An option's names are given as the help lists them, {@code -o, --output}. A description may have {@code ${DEFAULT-VALUE}} in it, and
 * {@code ${COMPLETION-CANDIDATES}} where the type is an enum.
 */
final class Arguments {
  private final CommandSpec command;

  /**
   * None so far.
   *
   * @param run what the command does
   * @param footer the lines that end its help
   */
  Arguments(Callable<Integer> run, String description, String... footer) {
    command = CommandSpec.wrapWithoutInspection(run);
    command.usageMessage().description(description).optionListHeading("%n").footer(footer);
  }

  /** The command as the parser takes it. */
  CommandSpec command() {
    return command;
  }

  /** An option without a value. */
  Argument<Boolean> flag(String names, String description) {
    return add(named(boolean.class, names, description), false);
  }

  /** An option whose value is null where none is given. */
  <T> Argument<@Nullable T> option(Class<T> type, String names, String label, String description) {
    return add(named(type, names, description).paramLabel(label), null);
  }

  /** An option whose value is looked at as it is read, so that commands that have no use for it refuse a wrong one too. */
  <T> Argument<@Nullable T> option(Class<T> type, String names, String label, String description, Consumer<T> check) {
    Checked<T> value = new Checked<>(type, check);
    return add(named(type, names, description).paramLabel(label).getter(value).setter(value), null);
  }

  /** An option with a default, written as one would give it. */
  <T> Argument<T> withDefault(Class<T> type, String names, String label, String otherwise, String description) {
    return add(named(type, names, description).paramLabel(label).defaultValue(otherwise), null);
  }

  /** An option that must be given. */
  <T> Argument<T> required(Class<T> type, String names, String label, String description) {
    return add(named(type, names, description).paramLabel(label).required(true), null);
  }

  /** An option that may be repeated. */
  Argument<List<String>> list(String names, String label, String description) {
    return add(named(List.class, names, description).paramLabel(label).auxiliaryTypes(String.class), List.of());
  }

  /** The one parameter. */
  <T> Argument<T> parameter(Class<T> type, String label, String description) {
    return add(placed(type, "1", label, description).required(true), null);
  }

  /** The one parameter, null where it is not given. */
  <T> Argument<@Nullable T> optionalParameter(Class<T> type, String label, String description) {
    return add(placed(type, "0..1", label, description), null);
  }

  /** Any number of parameters. */
  Argument<List<String>> parameters(String label, String description) {
    return add(placed(List.class, "0..1", label, description).index("0..*").auxiliaryTypes(String.class), List.of());
  }

  private static OptionSpec.Builder named(Class<?> type, String names, String description) {
    return OptionSpec.builder(names.split(", ")).type(type).description(description);
  }

  private static PositionalParamSpec.Builder placed(Class<?> type, String arity, String label, String description) {
    return PositionalParamSpec.builder().type(type).arity(arity).paramLabel(label).description(description);
  }

  private <T extends @Nullable Object> Argument<T> add(OptionSpec.Builder option, T absent) {
    OptionSpec spec = option.build();
    command.addOption(spec);
    return new Argument<>(spec, absent);
  }

  private <T extends @Nullable Object> Argument<T> add(PositionalParamSpec.Builder parameter, T absent) {
    PositionalParamSpec spec = parameter.build();
    command.addPositional(spec);
    command.usageMessage().parameterListHeading("%n").optionListHeading(""); // one blank line for both
    return new Argument<>(spec, absent);
  }

  /** Whether an option was given, be it with its default. */
  boolean given(String option) {
    return read().hasMatchedOption(option);
  }

  /** The words of the command line, the command's name included. */
  List<String> words() {
    return read().originalArgs();
  }

  private ParseResult read() {
    return command.commandLine().getParseResult();
  }

  /** Why the command cannot be run so. */
  ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }

  private static final class Checked<T> implements IGetter, ISetter {
    private final Class<T> type;
    private final Consumer<T> check;
    private @Nullable Object value;

    Checked(Class<T> type, Consumer<T> check) {
      this.type = type;
      this.check = check;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <V> V get() {
      return (V) value;
    }

    @Override
    public <V> V set(V value) {
      if (value != null) {
        check.accept(type.cast(value));
      }
      V previous = get();
      this.value = value;
      return previous;
    }
  }
}
