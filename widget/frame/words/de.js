export default { help_link: 'Brauchen Sie einen anderen Weg?' };
